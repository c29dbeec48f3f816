// Parity of real packages, made by this host's rpmbuild for two levels.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/vocab/parity.hpp"
#include "tests/unit/audit/toolchain.hpp"
#include "worker/inspect/inspect_rpms.hpp"

namespace terrace::audit {

namespace {

constexpr const char* kPreamble = "Name: toy\nVersion: 1.0\nSummary: A library\nLicense: MIT\n";
constexpr const char* kPackages =
    "%global debug_package %{nil}\n%global __os_install_post %{nil}\n"
    "%description\nA library.\n"
    "%package devel\nSummary: Its headers\nRequires: toy = %{version}-%{release}\n"
    "%description devel\nIts headers.\n";
constexpr const char* kFiles = "%files\n/usr/lib64/libtoy.so.1\n%files devel\n/usr/include/toy.h\n";

struct Toy {
    std::string release = "1";
    std::string source = "int toy(int x) { return x * 3; }";
    std::string more;     ///< of the preamble
    std::string install;  ///< more of %install
    std::string scripts = "%post\necho toy-%{version}-%{release}\n";
    std::string files;  ///< more of the last %files
    std::string target = "x86_64";
    std::vector<std::string> flags = {"-Wl,-soname,libtoy.so.1"};
};

AuditReport audit_of(const Toy& toy) {
    test::Workshop workshop;
    const auto library = workshop.library("toy", toy.source, toy.flags);
    std::ofstream(workshop.path() / "toy.spec")
        << kPreamble << "Release: " << toy.release << '\n'
        << toy.more << kPackages << "%install\ninstall -D " << library.string()
        << " %{buildroot}/usr/lib64/libtoy.so.1\n"
           "install -D -m 644 "
        << (workshop.path() / "toy.c").string() << " %{buildroot}/usr/include/toy.h\n"
        << toy.install << '\n'
        << toy.scripts << kFiles << toy.files;
    workshop.run(
        {"rpmbuild", "-bb", "--target", toy.target, "--define",
         "_topdir " + (workshop.path() / "rpmbuild").string(), "--define",
         // Before 4.19 rpm does not know what the level's architecture is called in Provides.
         "_isa (x86-64)", "toy.spec"});
    const auto directory = workshop.path() / "rpmbuild/RPMS" / toy.target;
    const inspect::Inspection inspection = inspect::inspect_rpms(directory, Level::x86_64);
    REQUIRE(inspection.refusal == "");
    return inspection.audit;
}

std::vector<PackageInterface> interfaces_of(const Toy& toy) {
    return audit_of(toy).interfaces;
}

std::vector<std::string> differences(const Toy& other) {
    std::vector<std::string> facets;
    for (const ParityDifference& difference :
         parity_differences(interfaces_of({}), interfaces_of(other))) {
        facets.push_back(difference.package + " " + difference.facet);
    }
    return facets;
}

using Facets = std::vector<std::string>;

}  // namespace

TEST_CASE("builds for another level, with another release, are the same to others") {
    Toy toy;
    toy.target = "x86_64_v3";
    toy.release = "1.v3";
    toy.flags.emplace_back("-march=x86-64-v3");
    CHECK(differences(toy) == Facets{});
}

TEST_CASE("what only one side provides, requires, exports, installs or runs is seen") {
    Toy toy;
    toy.more = "Provides: toy(plugin)\n";
    CHECK(differences(toy) == Facets{"toy provides"});
    toy = {};
    toy.more = "Requires: bash >= 5\n";
    CHECK(differences(toy) == Facets{"toy requires"});
    toy = {};
    toy.flags = {"-Wl,-soname,libtoy.so.2"};
    CHECK(differences(toy) == Facets{"toy provides", "toy sonames"});
    toy = {};
    toy.source += "\nint more(int x) { return x; }";
    CHECK(differences(toy) == Facets{"toy symbols"});
    toy = {};
    toy.install = "touch %{buildroot}/usr/lib64/plugin";
    toy.files = "/usr/lib64/plugin\n";
    CHECK(differences(toy) == Facets{"toy-devel files"});
    toy = {};
    toy.install = "chmod 4755 %{buildroot}/usr/include/toy.h";
    CHECK(differences(toy) == Facets{"toy-devel files"});
    toy = {};
    toy.scripts = "%post\necho another\n";
    CHECK(differences(toy) == Facets{"toy scripts"});
}

TEST_CASE("a package that only one side has is seen") {
    Toy toy;
    toy.more = "%package doc\nSummary: D\n%description doc\nD.\n";
    toy.files = "%files doc\n";
    CHECK(differences(toy) == Facets{"toy-doc package"});
}

TEST_CASE("sonames are among what is provided, as rpm prints dependencies") {
    const std::vector<PackageInterface> interfaces = interfaces_of({});
    const auto toy = std::ranges::find(interfaces, "toy", &PackageInterface::package);
    REQUIRE(toy != interfaces.end());
    const auto provides = std::ranges::find(toy->facets, "provides", &PackageFacet::name);
    REQUIRE(provides != toy->facets.end());
    CHECK(std::ranges::find(provides->items, "P libtoy.so.1()(64bit)") != provides->items.end());
}

TEST_CASE("the installed size is that of all packages, as their headers say") {
    Toy toy;
    const std::int64_t before = audit_of(toy).installed_bytes;
    CHECK(before > 0);
    toy.install = "head -c 1000000 /dev/zero > %{buildroot}/usr/lib64/data";
    toy.files = "/usr/lib64/data\n";
    CHECK(audit_of(toy).installed_bytes == before + 1'000'000);
}

TEST_CASE("what is required of libm does not count") {
    Toy toy;
    toy.source = "double floor(double);\nint toy(int x) { return (int)floor(x * 0.3) * 3; }";
    toy.flags.emplace_back("-lm");
    CHECK(differences(toy) == Facets{});
}

}  // namespace terrace::audit
