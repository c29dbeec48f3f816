#include "common/solv/dependency.hpp"

#include <doctest/doctest.h>

#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::solv;
using namespace terrace::testing;

namespace {

Pool a_pool(const std::vector<MadeUp>& packages, const Texts& wanted = {}) {
    const os::TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "primary.xml";
    os::write_file_atomically(path, primary_xml(packages));
    Pool pool;
    REQUIRE(pool.add_primary("made-up", path).has_value());
    std::vector<Dependency> dependencies;
    for (const std::string& text : wanted) {
        dependencies.push_back(parse_dependency(pool, text).value());
    }
    pool.prepare(dependencies);
    return pool;
}

bool is_provided_in(Pool& pool, const std::string& text) {
    const std::optional<Dependency> dependency = parse_dependency(pool, text);
    REQUIRE_MESSAGE(dependency.has_value(), text);
    return is_provided(pool, *dependency);
}

std::string absence(Pool& pool, const std::string& text) {
    return describe_absence(pool, parse_dependency(pool, text).value());
}

/// The names of those that satisfy it if all packages but those of `absent` are installed.
Texts satisfied_by(Pool& pool, const std::string& text, const Texts& absent = {}) {
    std::vector<Package> installed;
    for (const Package package : pool.packages()) {
        if (std::ranges::find(absent, pool.name(package)) == absent.end()) {
            installed.push_back(package);
        }
    }
    Texts names;
    for (const Package package :
         satisfying(pool, parse_dependency(pool, text).value(), installed)) {
        names.push_back(pool.name(package));
    }
    return names;
}

}  // namespace

TEST_CASE("names, versions, sonames, pkgconfig, paths and rich dependencies are found") {
    Pool pool = a_pool({{.name = "zlib",
                         .provided = {"libz.so.1()(64bit)", "pkgconfig(zlib) = 1.3"},
                         .files = {"/usr/bin/minigzip"},
                         .version = "1.3"}},
                       {"/usr/bin/minigzip", "(/usr/bin/minigzip or nothing)"});
    for (const char* text :
         {"zlib", "zlib >= 1.2", "zlib = 1.3-1", "zlib = 1.3", "zlib < 0:2", "libz.so.1()(64bit)",
          "pkgconfig(zlib) >= 1.3", "/usr/bin/minigzip", "(zlib >= 1.2 with zlib < 2)",
          "(nothing or zlib)", "(/usr/bin/minigzip or nothing)", "  zlib  >=  1.2 "}) {
        CAPTURE(text);
        CHECK(is_provided_in(pool, text));
    }
    for (const char* text : {"zlib > 1.3-1", "zlib >= 1:1", "libz.so.2()(64bit)", "/usr/bin/other",
                             "nothing", "(zlib >= 1.2 with zlib < 1.3)", "(zlib and nothing)",
                             "(nothing or nobody)", "zlib = 1.3-2"}) {
        CAPTURE(text);
        CHECK_FALSE(is_provided_in(pool, text));
    }
}

TEST_CASE("text that rpm would not take is no dependency") {
    Pool pool = a_pool({{.name = "zlib"}});
    for (const char* text : {"", " ", "zlib >=", "zlib 1.2", "zlib ~ 1", "(zlib or", "(zlib or b",
                             "(zlib foo b)", "zlib >= 1 extra"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_dependency(pool, text).has_value());
    }
}

TEST_CASE("an absence names the versions that are there") {
    Pool pool = a_pool({{.name = "zlib", .version = "1.3"}});
    CHECK(absence(pool, "nothing") == "nothing provides nothing");
    CHECK(absence(pool, "nothing >= 3") == "nothing provides nothing >= 3");
    CHECK(absence(pool, "zlib >= 2") == "nothing provides zlib >= 2, only zlib-1.3-1.x86_64");
    CHECK(absence(pool, "(zlib and zlib > 2)") ==
          "nothing provides zlib > 2, only zlib-1.3-1.x86_64");
    CHECK(absence(pool, "(nothing and zlib)") == "nothing provides nothing");
    CHECK(absence(pool, "(nothing or nobody)") == "nothing provides (nothing or nobody)");
}

TEST_CASE("which installed package satisfies a dependency") {
    Pool pool = a_pool({{.name = "a"},
                        {.name = "b", .provided = {"a", "web"}},
                        {.name = "c", .provided = {"web"}},
                        {.name = "d"}});
    CHECK(satisfied_by(pool, "a") == Texts{"a"});  // not b, which only provides the name
    CHECK(satisfied_by(pool, "a", {"a"}) == Texts{"b"});
    CHECK(satisfied_by(pool, "web") == Texts{"b", "c"});
    CHECK(satisfied_by(pool, "(c or d)", {"c"}) == Texts{"d"});
    CHECK(satisfied_by(pool, "(c and d)") == Texts{"c", "d"});
}

TEST_CASE("a conditional dependency is satisfied only if its condition holds") {
    Pool pool = a_pool({{.name = "a"}, {.name = "b"}, {.name = "c"}});
    CHECK(satisfied_by(pool, "(a if b)") == Texts{"a"});
    CHECK(satisfied_by(pool, "(a if b)", {"b"}).empty());
    CHECK(satisfied_by(pool, "(a if b else c)", {"b"}) == Texts{"c"});
    CHECK(satisfied_by(pool, "(a unless b)").empty());
    CHECK(satisfied_by(pool, "(a unless b)", {"b"}) == Texts{"a"});
    CHECK(satisfied_by(pool, "(a unless b else c)") == Texts{"c"});
}
