#pragma once

#include <filesystem>
#include <string>

#include "common/solv/client.hpp"

namespace terrace::publish {

/// The metadata of composes' repositories as a solver takes it, kept in a directory by its content.
/// A compose that has most packages in common with one that was read before costs what differs: a
/// primary of ours is a series of zstd frames, a frame a shard (metadata_shard.hpp), and each frame
/// is parsed once. What is kept is checked by its digest, and made anew if it is damaged; the
/// oldest is removed beyond some thousands. From any thread, one at a time.
class ClientMetadata {
public:
    explicit ClientMetadata(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// REPOSITORY/repodata. Throws PublishError if that is damaged or no metadata, and
    /// std::system_error.
    solv::ClientRepo read(const std::string& name, const std::filesystem::path& repository) const;

private:
    std::string merged(const std::filesystem::path& primary, std::string_view bytes) const;

    std::filesystem::path directory_;
};

}  // namespace terrace::publish
