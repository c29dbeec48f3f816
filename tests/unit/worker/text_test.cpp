#include "worker/core/text.hpp"

#include <doctest/doctest.h>

namespace terrace::worker {
namespace {

TEST_CASE("printable text is one line of UTF-8, whatever a build printed") {
    CHECK(printable("plain") == "plain");
    CHECK(printable("In function ‘main’") == "In function ‘main’");
    CHECK(printable("a\tb\x1b[31m\n") == "a b [31m ");
    CHECK(printable("caf\xe9 \xff \xc3") == "caf? ? ?");
    CHECK(printable("abcdef", 4) == "abcd...");
    CHECK(printable("ab€", 4) == "ab...");  // never half a character
}

TEST_CASE("a Python literal cannot be left by its content") {
    CHECK(python_literal("file:///srv/os") == "'file:///srv/os'");
    CHECK(python_literal("it's") == "'it\\'s'");
    CHECK(python_literal("a\\") == "'a\\\\'");
    CHECK(python_literal("a\nb") == "'a\\x0ab'");
}

TEST_CASE("a file name stays in its directory") {
    CHECK(is_file_name("foo-1.0~rc1^git-1.src.rpm"));
    for (const char* name : {"", ".", "..", "../x", "a/b", "-r", ".hidden", "a\nb"}) {
        CAPTURE(name);
        CHECK_FALSE(is_file_name(name));
    }
}

}  // namespace
}  // namespace terrace::worker
