#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/solv/client.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/seed.hpp"
#include "scheduler/core/event.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {

/// The metadata of repositories that clients have beside the stream's.
using ReadPlatform =
    std::function<Result<std::vector<solv::ClientRepo>>(const std::vector<SeedRepo>& repos)>;

/// What the check of a stream's clients needs of this machine.
struct ClientCheckTools {
    std::filesystem::path cache;  ///< of ClientMetadata
    ReadPlatform read_platform;   ///< empty: there is none to be had
};

/// Clients would be hurt; the message has a line for the whole and one for each finding.
struct ClientRefusal : PublishError {
    using PublishError::PublishError;
};

/// Refuses a move of `stream` to `compose`, which is on disk, that would hurt one of its clients
/// (client_check.hpp). Of the composes that clients may come from only those are looked at that are
/// still there, the newest of them. @return what was found, sentences: with `hurt_allowed` also
/// what would be a refusal without, and what kept the check from being made. Empty if the order
/// names no variant: then there is nobody to ask. Throws ClientRefusal; PublishError if metadata
/// cannot be read, or when `stop` ended it. From any thread, one at a time.
std::string check_stream(const std::filesystem::path& release_directory,
                         const std::string& stream,
                         ComposeId compose,
                         const core::StreamClients& clients,
                         const ClientCheckTools& tools,
                         const std::stop_token& stop);

}  // namespace terrace::publish
