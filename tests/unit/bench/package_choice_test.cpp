#include <doctest/doctest.h>

#include "worker/bench/package_choice.hpp"

namespace terrace::bench {

namespace {

const std::vector<PackageLinks> kPackages = {
    {"zstd", {"zstd", "/usr/bin/zstd"}, {"libzstd", "libc.so.6()(64bit)"}},
    {"libzstd", {"libzstd", "libzstd.so.1()(64bit)"}, {"/usr/share/zstd/table"}},
    {"zstd-data", {"zstd-data", "/usr/share/zstd/table"}, {}},
    {"libzstd-devel", {"libzstd-devel"}, {"libzstd", "no-such-package"}},
};

}  // namespace

TEST_CASE(
    "a package comes with what it needs of its siblings, by name and by file, and with no others") {
    const auto chosen = choose_packages({"zstd"}, kPackages);
    REQUIRE(chosen.has_value());
    CHECK(*chosen == std::set<std::string>{"libzstd", "zstd", "zstd-data"});
}

TEST_CASE("packages that need each other are chosen once") {
    const std::vector<PackageLinks> circle = {{"a", {"a"}, {"b"}}, {"b", {"b"}, {"a"}}};
    CHECK(choose_packages({"a"}, circle).value().size() == 2);
}

TEST_CASE("a benchmark that installs what was not built is to blame") {
    const auto chosen = choose_packages({"zstd", "pzstd"}, kPackages);
    REQUIRE(chosen.has_error());
    CHECK(chosen.error().code == Errc::invalid_argument);
    CHECK(chosen.error().message.find("pzstd") != std::string::npos);
}

TEST_CASE("rpm's answer is read package by package") {
    const auto links = parse_links(
        "N zstd\nP zstd\nP /usr/bin/zstd\nR libzstd\nwarning: something else\nN libzstd\nP "
        "libzstd\nR rpmlib(X)");
    REQUIRE(links.size() == 2);
    CHECK(links[0] == PackageLinks{"zstd", {"zstd", "/usr/bin/zstd"}, {"libzstd"}});
    CHECK(links[1] == PackageLinks{"libzstd", {"libzstd"}, {"rpmlib(X)"}});
    CHECK(parse_links("").empty());
}

}  // namespace terrace::bench
