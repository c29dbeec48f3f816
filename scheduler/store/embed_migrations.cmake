# Writes OUTPUT, a C++ file with the text of FILES, so that a scheduler always has the migrations it was
# compiled with.
set(entries "")
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^([0-9][0-9][0-9][0-9])_" matched ${name})
    if(NOT matched)
        message(FATAL_ERROR "${name}: a migration is called NNNN_WORDS.sql")
    endif()
    math(EXPR number "1${CMAKE_MATCH_1} - 10000")
    file(READ ${file} sql)
    string(APPEND entries "        {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"scheduler/store/migrate.hpp\"

namespace terrace::store {

const std::vector<Migration>& embedded_migrations() {
    static const std::vector<Migration> migrations = {
${entries}    };
    return migrations;
}

}  // namespace terrace::store
")
