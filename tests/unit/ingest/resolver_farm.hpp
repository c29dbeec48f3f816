#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/ingest/resolver.hpp"
#include "tests/unit/solv/primary_text.hpp"

namespace terrace::testing {

using Rows = std::vector<core::SourceDependencies>;

inline core::SourcePackage a_source(std::int64_t id,
                                    const std::string& name,
                                    const Texts& required) {
    core::SourcePackage package;
    package.id.value = id;
    package.name = name;
    package.build_requires = required;
    return package;
}

/// Binary packages in a repository, and a cache of their own.
struct Farm {
    explicit Farm(const std::vector<MadeUp>& packages) {
        make_repo(directory.path() / "repo", packages);
        options.seed = os::sha256_of_text("seed");
        options.repos = {ingest::find_primary(directory.path() / "repo").value()};
        options.cache_directory = directory.path() / "cache";
    }

    ingest::ResolvedSources resolved(const std::vector<core::SourcePackage>& packages) const {
        Result<ingest::ResolvedSources> result = ingest::resolve(packages, options);
        REQUIRE_MESSAGE(result.has_value(), result.error().message);
        return std::move(*result);
    }
    core::SourceDependencies row(const Texts& build_requires) const {
        return resolved({a_source(1, "self", build_requires), a_source(2, "zlib", {}),
                         a_source(3, "gcc", {}), a_source(4, "eigen3", {})})
            .rows.front();
    }
    std::filesystem::path cache_file(const std::string& suffix) const {
        for (const auto& entry : std::filesystem::directory_iterator(options.cache_directory)) {
            if (entry.path().extension() == suffix) return entry.path();
        }
        FAIL("there is no cache file " << suffix);
        return {};
    }

    os::TemporaryDirectory directory;
    ingest::ResolveOptions options;
};

inline const std::vector<MadeUp> kPackages = {
    {.name = "zlib", .provided = {"libz.so.1()(64bit)"}, .files = {"/usr/bin/minigzip"}},
    {.name = "zlib-devel",
     .required = {"zlib = 1-1"},
     .provided = {"pkgconfig(zlib) = 1"},
     .source = "zlib"},
    {.name = "gcc", .required = {"libc.so.6"}},
    {.name = "glibc", .provided = {"libc.so.6"}},
    {.name = "eigen3-devel", .provided = {"eigen3-static"}, .arch = "noarch", .source = "eigen3"},
    {.name = "self-libs", .source = "self"},
    {.name = "broken", .required = {"nothing >= 7"}}};

}  // namespace terrace::testing
