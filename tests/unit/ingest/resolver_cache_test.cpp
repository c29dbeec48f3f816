#include <doctest/doctest.h>

#include "common/os/sealed_file.hpp"
#include "scheduler/ingest/resolution_cache.hpp"
#include "scheduler/ingest/solv_cache.hpp"
#include "tests/unit/ingest/resolver_farm.hpp"

using namespace terrace;
using namespace terrace::ingest;
using namespace terrace::testing;

namespace {

const std::vector<core::SourcePackage> kSources = {
    a_source(1, "self", {"gcc", "zlib-devel", "eigen3-devel"}), a_source(2, "zlib", {"gcc"}),
    a_source(3, "gcc", {"zlib >= 2", "broken"}), a_source(4, "eigen3", {})};

Result<std::string> solv_of_farm(const Farm& farm) {
    return solv_of(farm.options.repos.front(), farm.options.cache_directory);
}

}  // namespace

TEST_CASE("what comes from the cache is what was solved") {
    const Farm farm(kPackages);
    const ResolvedSources cold = farm.resolved(kSources);
    const ResolvedSources cached = farm.resolved(kSources);
    CHECK(cold.solved == 4);
    CHECK(cached.solved == 0);
    CHECK(cached.rows == cold.rows);
    CHECK(cold.rows[0].code_needs.size() == 1);
    CHECK(cold.rows[2].problems.size() == 2);
}

TEST_CASE("only the sources whose BuildRequires changed are solved again") {
    const Farm farm(kPackages);
    farm.resolved(kSources);
    std::vector<core::SourcePackage> changed = kSources;
    changed[1].build_requires = {"gcc", "glibc"};
    changed[1].version = "2";
    changed[2].build_requires = {"broken", "zlib >= 2", "broken"};  // the same in another order
    const ResolvedSources again = farm.resolved(changed);
    CHECK(again.solved == 1);
    const Farm other(kPackages);
    CHECK(again.rows == other.resolved(changed).rows);
}

TEST_CASE("another set of packages gets its own ids from the same cache") {
    const Farm farm(kPackages);
    farm.resolved(kSources);
    std::vector<core::SourcePackage> others = {kSources[0], kSources[1]};
    others[0].id.value = 71;
    others[1].id.value = 70;
    const ResolvedSources resolved = farm.resolved(others);
    CHECK(resolved.solved == 0);
    REQUIRE(resolved.rows.size() == 2);
    CHECK(resolved.rows[1].source_package.value == 71);
    CHECK(resolved.rows[1].needs == std::vector<SourcePackageId>{{70}});
}

TEST_CASE("other repositories or another base are other questions") {
    Farm farm(kPackages);
    farm.resolved(kSources);
    farm.options.base = {"gcc"};
    CHECK(farm.resolved(kSources).solved == 4);
    make_repo(farm.directory.path() / "newer", {{.name = "gcc"}});
    farm.options.repos.push_back(find_primary(farm.directory.path() / "newer").value());
    CHECK(farm.resolved(kSources).solved == 4);
    CHECK(farm.resolved(kSources).solved == 0);
}

TEST_CASE("a damaged cache is ignored and written again") {
    const Farm farm(kPackages);
    const auto rows = farm.resolved(kSources).rows;
    const std::filesystem::path resolutions = farm.cache_file(".resolutions");
    for (const std::filesystem::path& path : {farm.cache_file(".solv"), resolutions}) {
        const std::string good = os::read_file(path);
        std::string flipped = good;
        flipped[good.size() - 3] ^= 1;
        for (const std::string& bad :
             {std::string(), std::string("foreign\n"), flipped, good.substr(0, good.size() / 2)}) {
            CAPTURE(path);
            CAPTURE(bad.size());
            std::filesystem::remove(resolutions);  // else nobody would ask for the other file
            os::write_file_atomically(path, bad);
            const ResolvedSources resolved = farm.resolved(kSources);
            CHECK(resolved.solved == 4);
            CHECK(resolved.rows == rows);
            CHECK(os::read_file(path) == good);
        }
    }
}

TEST_CASE("metadata in the cache serves without the primary it came from") {
    const Farm farm(kPackages);
    const std::string made = solv_of_farm(farm).value();
    std::filesystem::remove(farm.options.repos[0].path);
    CHECK(solv_of_farm(farm).value() == made);
    std::filesystem::remove(farm.cache_file(".solv"));
    CHECK(solv_of_farm(farm).has_error());
    CHECK(resolve(kSources, farm.options).has_error());
}

TEST_CASE("a cache keeps the newest files only") {
    const os::TemporaryDirectory directory;
    const auto now = std::filesystem::file_time_type::clock::now();
    for (int age = 0; age < 5; ++age) {
        const std::filesystem::path path = directory.path() / (std::to_string(age) + ".solv");
        os::write_sealed(path, "kind", "text");
        std::filesystem::last_write_time(path, now - std::chrono::hours(age));
    }
    os::write_sealed(directory.path() / "old.other", "kind", "text");
    os::remove_oldest(directory.path(), ".solv", 2);
    CHECK(std::filesystem::exists(directory.path() / "0.solv"));
    CHECK(std::filesystem::exists(directory.path() / "1.solv"));
    CHECK_FALSE(std::filesystem::exists(directory.path() / "2.solv"));
    CHECK_FALSE(std::filesystem::exists(directory.path() / "4.solv"));
    CHECK(std::filesystem::exists(directory.path() / "old.other"));
}

TEST_CASE("a resolution is read as it was written, whatever is in its texts") {
    const os::TemporaryDirectory directory;
    ResolutionCache cache;
    cache.absent_base = {"buildsys-build"};
    cache.resolutions["a"] = {{"x", "y|z"}, {{"x", "why: <&>\"\\"}}, 12, {}};
    cache.resolutions["b"] = {{}, {}, 0, {"Broken.", "A tab\tand a\nline."}};
    cache.resolutions["c"] = {};
    write_resolution_cache(directory.path() / "file", cache);
    const ResolutionCache read = read_resolution_cache(directory.path() / "file");
    cache.resolutions["b"].problems[1] = "A tab and a line.";
    CHECK(read.absent_base == cache.absent_base);
    CHECK(read.resolutions == cache.resolutions);
}
