#pragma once

#include <filesystem>
#include <vector>

#include "common/solv/client.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/seed.hpp"
#include "scheduler/ingest/rpm_md.hpp"

/// The metadata of a seed's frozen repositories, kept below a cache directory. Both functions
/// block, and may be called by two threads at once.
namespace terrace::scheduler {

/// The repository's primary, for builds: fetched unless the cache has it, after a look whether the
/// repository is still what the seed froze, which is an error if it is not.
Result<ingest::Primary> fetch_primary(const SeedRepo& repo, const std::filesystem::path& cache);

/// The repositories as their clients' solver takes them. What was read once is taken from the
/// cache, whether the repository can still be reached or not: its digest says what it was.
Result<std::vector<solv::ClientRepo>> client_repos(const std::vector<SeedRepo>& repos,
                                                   const std::filesystem::path& cache);

}  // namespace terrace::scheduler
