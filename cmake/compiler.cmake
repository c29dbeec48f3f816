# The presets' choice of compiler: clang-19 where Debian's package of it is installed, else the system's own.
# g++ 12 destroys some temporaries of a co_await statement twice (docs/decisions/0002); clang does not.
find_program(TERRACE_CLANG NAMES clang-19)
find_program(TERRACE_CLANGXX NAMES clang++-19)
if(TERRACE_CLANG AND TERRACE_CLANGXX)
    set(CMAKE_C_COMPILER ${TERRACE_CLANG})
    set(CMAKE_CXX_COMPILER ${TERRACE_CLANGXX})
endif()
