#include <doctest/doctest.h>

#include <string>

#include "tests/unit/audit/toolchain.hpp"
#include "worker/audit/elf_image.hpp"
#include "worker/audit/static_library.hpp"

namespace terrace::audit {

TEST_CASE("the members of a static library are found by their names, short and long") {
    test::Workshop workshop;
    workshop.compile("a.o", "int a(void) { return 1; }", {"-c"});
    workshop.compile("a-name-longer-than-sixteen.o", "int b(void) { return 2; }", {"-c"});
    workshop.run({"ar", "rcs", "libtoy.a", "a.o", "a-name-longer-than-sixteen.o"});
    const auto content = test::bytes_of(workshop.path() / "libtoy.a");
    REQUIRE(is_static_library(content));
    const auto members = read_static_library(content);
    REQUIRE(members.size() == 2);
    CHECK(members[0].name == "a.o");
    CHECK(members[1].name == "a-name-longer-than-sixteen.o");
    for (const LibraryMember& member : members) CHECK(is_elf(member.content));
}

TEST_CASE("a static library that contradicts itself is an error") {
    const auto read = [](const std::string& text) {
        return read_static_library(std::vector<std::uint8_t>(text.begin(), text.end()));
    };
    const std::string rest = "0           0     0     644     ";
    CHECK(read("!<arch>\n").empty());
    CHECK(read("!<arch>\na.o/            " + rest + "2         `\nxy").at(0).name == "a.o");
    CHECK_THROWS_AS(read("!<arch>\na.o/"), ElfError);
    CHECK_THROWS_AS(read("!<arch>\na.o/            " + rest + "3         `\nxy"), ElfError);
    CHECK_THROWS_AS(read("!<arch>\na.o/            " + rest + "x         `\nxy"), ElfError);
    CHECK_THROWS_AS(read("!<arch>\n/7              " + rest + "2         `\nxy"), ElfError);
}

}  // namespace terrace::audit
