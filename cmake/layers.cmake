# terrace_library(<name> LAYER <n> [DEPS <terrace targets>...] [LIBS <external>...] SOURCES <files>...)
#
# A target uses only targets of a lower layer, or configuration fails. Layers, lowest first:
#   0 vocab | 10 core, wire, runtime | 20 engine, agent | 25 common adapters: http, os | 28 sandbox | 30 adapters | 40 app
add_library(terrace_options INTERFACE)
target_compile_options(terrace_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Wswitch-enum>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-tsan>
    $<$<BOOL:${TERRACE_WERROR}>:-Werror>)
if(TERRACE_SANITIZE)
    add_compile_options(-fsanitize=${TERRACE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${TERRACE_SANITIZE})
endif()

function(terrace_check_layers name layer)
    foreach(dep IN LISTS ARGN)
        get_target_property(dep_layer ${dep} TERRACE_LAYER)
        if(NOT dep_layer MATCHES "^[0-9]+$")
            message(FATAL_ERROR "${name}: ${dep} in DEPS is no terrace_library; external libraries go to LIBS")
        endif()
        if(NOT dep_layer LESS layer)
            message(FATAL_ERROR "${name} (layer ${layer}) must not use ${dep} (layer ${dep_layer})")
        endif()
    endforeach()
endfunction()

function(terrace_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER" "DEPS;LIBS;SOURCES")
    add_library(${name} STATIC ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES TERRACE_LAYER ${arg_LAYER})
    terrace_check_layers(${name} ${arg_LAYER} ${arg_DEPS})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${arg_DEPS} ${arg_LIBS} PRIVATE terrace_options)
endfunction()

# terrace_simulated(<name>): the simulations of tests/sim take millions of steps through it, so it is optimised even in a
# Debug build with sanitizers, which run it five times as fast then. Not for all: what describes rows and JSON would take
# five times as long to compile.
function(terrace_simulated name)
    if(CMAKE_BUILD_TYPE STREQUAL Debug)
        target_compile_options(${name} PRIVATE -O1)
    endif()
endfunction()

# terrace_program(<name> [DEPS ...] [LIBS ...] SOURCES ...): a main(), layer 40.
function(terrace_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;LIBS;SOURCES")
    add_executable(${name} ${arg_SOURCES})
    terrace_check_layers(${name} 40 ${arg_DEPS})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_DEPS} ${arg_LIBS} terrace_options)
endfunction()

# terrace_test(<name> LABEL <unit|sim|integration> [DEPS ...] [LIBS ...] SOURCES ...): a doctest program, one ctest entry.
function(terrace_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "DEPS;LIBS;SOURCES")
    if(NOT TARGET terrace_doctest_main)
        file(WRITE ${PROJECT_BINARY_DIR}/doctest_main.cpp
             "#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n#include <doctest/doctest.h>\n")
        add_library(terrace_doctest_main STATIC ${PROJECT_BINARY_DIR}/doctest_main.cpp)
        target_link_libraries(terrace_doctest_main PUBLIC doctest::doctest)
    endif()
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_DEPS} ${arg_LIBS} terrace_doctest_main terrace_options)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL})
endfunction()
