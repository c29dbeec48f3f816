#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/core/dependencies.hpp"
#include "scheduler/core/state.hpp"
#include "scheduler/ingest/rpm_md.hpp"

namespace terrace::ingest {

/// What the source packages are resolved against.
struct ResolveOptions {
    Digest seed;                    ///< its id, for the rows
    std::vector<Primary> repos;     ///< the seed's binary repositories
    std::vector<std::string> base;  ///< in every buildroot, such as "buildsys-build"
    std::filesystem::path cache_directory;
    int threads = 1;  ///< each takes some tens of megabytes for a pool of its own
    /// Called by any of the threads, never by two at once, with growing `done`; counts what has to
    /// be solved, so it is not called if the cache has everything.
    std::function<void(std::size_t done, std::size_t total)> progress;
};

struct ResolvedSources {
    std::vector<core::SourceDependencies> rows;  ///< one for each source package, by id
    std::vector<std::string> absent_base;        ///< of `base`, what the seed does not have
    std::size_t solved = 0;  ///< different lists of BuildRequires that the cache did not have
};

/// Resolves the BuildRequires of every source package of a set. What was resolved before against
/// the same repositories and base comes from the cache directory, and is the same as if solved
/// again. A source package that cannot be built is no error: its row has the problems. Errors are
/// those of the repositories' metadata. Throws std::system_error if the cache cannot be written.
/// Blocks for seconds; from a thread of a blocking pool.
/// @pre The packages are of one package set and have ids.
Result<ResolvedSources> resolve(const std::vector<core::SourcePackage>& packages,
                                const ResolveOptions& options);

}  // namespace terrace::ingest
