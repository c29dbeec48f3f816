#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "common/vocab/time.hpp"
#include "scheduler/publish/extra_metadata.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {

/// Writes DIRECTORY/repodata (primary, filelists, other as zstd, `extras`, and repomd.xml, all
/// synced) for exactly these packages, whose files must be there and have their digests. Equal
/// packages and an equal `time` give equal bytes, whatever the order and whatever `cache` holds.
/// Costs what differs from what `cache` has seen, and the copying of the rest. repomd.xml has no
/// open-checksum, which no client asks for: it would take a pass over all of the uncompressed text.
///
/// @pre DIRECTORY/repodata is not there. Throws PublishError and std::system_error. From any
/// thread, one at a time.
void write_repo(const std::filesystem::path& directory,
                std::vector<RepoPackage> packages,
                TimePoint time,
                const MetadataCache& cache,
                std::span<const ExtraMetadata> extras = {});

}  // namespace terrace::publish
