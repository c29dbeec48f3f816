#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"

namespace terrace::publish {

/// Metadata or a compose could not be made; the message is a sentence that names the file and the
/// cause.
struct PublishError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A package of a repository: its file is at package_location() below the repository's directory.
struct RepoPackage {
    std::string filename;
    Digest digest;
    friend bool operator==(const RepoPackage&, const RepoPackage&) = default;
};

/// "Packages/b/bash-5.2-1.x86_64.rpm"
std::string package_location(const std::string& filename);

/// The kinds of metadata that every repository has: primary, filelists, other.
inline constexpr std::size_t kMetadataKinds = 3;

/// Metadata in one frame of zstd. Frames one after the other are one file of zstd to every reader.
struct ZstdFrame {
    std::string bytes;
    std::uint64_t size_open = 0;  ///< before compression
};
ZstdFrame compressed(const std::string& text);

/// What a repository says of a run of its packages, by kind.
using MetadataShard = std::array<ZstdFrame, kMetadataKinds>;

/// Cuts packages, sorted by filename, into runs of about 256. Where to cut depends on the package
/// before the cut alone (as content-defined chunking has it), so that a package more or less
/// changes the run it is in, at most two, and no other.
std::vector<std::span<const RepoPackage>> shards_of(std::span<const RepoPackage> sorted);

/// Makes shards, and keeps them in a directory: what a compose has in common with earlier ones
/// costs no more than reading it. Kept shards are checked by their digest, and made anew if they
/// are damaged; the oldest beyond some thousands are removed. From any thread, one at a time.
class MetadataCache {
public:
    explicit MetadataCache(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// Headers are read from the files below `repository` if the shard is not kept. Throws
    /// PublishError for a file that is no RPM, or whose header has another name than its file.
    MetadataShard shard(std::span<const RepoPackage> packages,
                        const std::filesystem::path& repository) const;
    /// Removes what has not been used for longest.
    void prune() const;

private:
    std::filesystem::path directory_;
};

}  // namespace terrace::publish
