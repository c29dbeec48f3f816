#pragma once

#include <vector>

#include "common/vocab/result.hpp"
#include "common/vocab/seed.hpp"

namespace terrace::worker {

/// Whether every repo of the seed is still what it was when it was frozen: the digest of its
/// repomd.xml. Errc::conflict for one that has changed; whatever fetch_url says for one that cannot
/// be read. Blocks.
Result<void> verify_seed(const std::vector<SeedRepo>& repos);

}  // namespace terrace::worker
