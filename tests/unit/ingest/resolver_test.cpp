#include "scheduler/ingest/resolver.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/ingest/resolver_farm.hpp"

using namespace terrace;
using namespace terrace::ingest;
using namespace terrace::testing;

namespace {

std::vector<SourcePackageId> ids(const std::vector<std::int64_t>& values) {
    std::vector<SourcePackageId> all;
    for (const std::int64_t value : values) all.push_back({value});
    return all;
}

bool some_has(const Texts& texts, const std::string& part) {
    return std::ranges::any_of(
        texts, [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("needs are the source packages of what the BuildRequires resolve to, not the closure") {
    const Farm farm(kPackages);
    const core::SourceDependencies row = farm.row({"gcc", "pkgconfig(zlib) >= 1"});
    CHECK(row.source_package.value == 1);
    CHECK(row.seed == farm.options.seed);
    CHECK(row.needs == ids({2, 3}));  // glibc is in the buildroot, but not asked for
    CHECK(row.buildroot_packages == 4);
    CHECK(row.problems.empty());
    CHECK(row.code_needs.empty());
}

TEST_CASE("paths, sonames, rich and conditional BuildRequires are resolved") {
    const Farm farm(kPackages);
    CHECK(farm.row({"/usr/bin/minigzip"}).needs == ids({2}));
    CHECK(farm.row({"libz.so.1()(64bit)"}).needs == ids({2}));
    CHECK(farm.row({"(nothing or /usr/bin/minigzip)"}).needs == ids({2}));
    CHECK(farm.row({"(gcc if eigen3-devel)"}).needs.empty());
    CHECK(farm.row({"(gcc if eigen3-devel)", "eigen3-devel"}).needs == ids({3, 4}));
    CHECK(farm.row({"(zlib >= 1 with zlib < 2)"}).needs == ids({2}));
}

TEST_CASE("code that is taken in is told apart, with its reason") {
    const Farm farm(kPackages);
    const core::SourceDependencies row = farm.row({"gcc", "eigen3-devel"});
    CHECK(row.needs == ids({3, 4}));
    CHECK(row.code_needs == ids({4}));
    CHECK(row.code_reasons ==
          Texts{"takes code of eigen3-devel, which provides eigen3-static: BuildRequires "
                "eigen3-devel"});
}

TEST_CASE("a source package never needs itself, and none that is not of its set") {
    const Farm farm(kPackages);
    CHECK(farm.row({"self-libs", "glibc"}).needs.empty());
}

TEST_CASE("two source packages may need each other") {
    const Farm farm(kPackages);
    const Rows rows =
        farm.resolved({a_source(8, "gcc", {"zlib-devel"}), a_source(5, "zlib", {"gcc"})}).rows;
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].source_package.value == 5);  // in order of ids
    CHECK(rows[0].needs == ids({8}));
    CHECK(rows[1].needs == ids({5}));
}

TEST_CASE("what nothing provides is named, and the other needs are known all the same") {
    const Farm farm(kPackages);
    const core::SourceDependencies row = farm.row({"gcc", "absent", "zlib >= 2", "zlib ~ 1"});
    CHECK(row.problems ==
          Texts{"BuildRequires absent: nothing provides absent.",
                "BuildRequires zlib >= 2: nothing provides zlib >= 2, only zlib-1-1.x86_64.",
                "BuildRequires zlib ~ 1: this is no dependency that rpm knows."});
    CHECK(row.needs == ids({3}));
    CHECK(row.buildroot_packages == 0);
}

TEST_CASE("what cannot be installed says so down to the cause") {
    const Farm farm(kPackages);
    const core::SourceDependencies row = farm.row({"gcc", "broken"});
    CHECK(some_has(row.problems, "Nothing provides nothing >= 7 needed by broken-1-1.x86_64."));
    CHECK(row.buildroot_packages == 0);
    CHECK(row.needs.empty());
}

TEST_CASE("base packages are in every buildroot, and absent ones are reported once") {
    Farm farm(kPackages);
    farm.options.base = {"gcc", "buildsys-build"};
    const std::vector<core::SourcePackage> sources = {a_source(1, "self", {"zlib"}),
                                                      a_source(3, "gcc", {})};
    const ResolvedSources resolved = farm.resolved(sources);
    CHECK(resolved.absent_base == Texts{"buildsys-build"});
    CHECK(resolved.rows[0].buildroot_packages == 3);
    CHECK(resolved.rows[0].needs.empty());
    CHECK(resolved.rows[1].buildroot_packages == 2);
    CHECK(farm.resolved(sources).absent_base == Texts{"buildsys-build"});  // from the cache, too
}

TEST_CASE("progress is counted to the end, whatever the number of threads") {
    Farm farm(kPackages);
    std::vector<core::SourcePackage> sources;
    for (std::int64_t id = 1; id <= 200; ++id) {
        const std::string name = "source" + std::to_string(id);
        sources.push_back(a_source(id, name, {"gcc", "absent-" + name}));
    }
    std::vector<std::size_t> seen;
    farm.options.threads = 3;
    farm.options.progress = [&](std::size_t done, std::size_t total) {
        CHECK(total == 200);
        seen.push_back(done);
    };
    const Rows rows = farm.resolved(sources).rows;
    REQUIRE_FALSE(seen.empty());
    CHECK(std::ranges::is_sorted(seen));
    CHECK(seen.back() == 200);

    Farm other(kPackages);
    CHECK(other.resolved(sources).rows == rows);
}
