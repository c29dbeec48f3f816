#pragma once

#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/seed.hpp"

namespace terrace::ingest {

struct FrozenSeed {
    Digest id;                    ///< of the repos' digests, whatever their order, names and URLs
    std::vector<SeedRepo> repos;  ///< in the order given
};

/// Reads URL/repodata/repomd.xml of each repository, which freezes all that it names by checksum.
/// Errors name the URL. Blocks.
Result<FrozenSeed> freeze_seed(const std::vector<std::string>& urls);

/// A name for each repository from the parts of its URL that tell it from others, of [a-z0-9-], no
/// two alike: "45-everything" for https://host/pub/fedora/releases/45/Everything/x86_64/os.
std::vector<std::string> seed_repo_names(const std::vector<std::string>& urls);

}  // namespace terrace::ingest
