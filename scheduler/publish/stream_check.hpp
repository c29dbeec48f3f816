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

namespace terrace::publish {

/// The metadata of repositories that clients have beside the stream's.
using ReadPlatform =
    std::function<Result<std::vector<solv::ClientRepo>>(const std::vector<SeedRepo>& repos)>;

/// What the check of a stream's clients needs of this machine.
struct ClientCheckTools {
    std::filesystem::path cache;  ///< of ClientMetadata
    ReadPlatform read_platform;   ///< empty: there is none to be had
};

/// Refuses a move of `stream` to `compose`, which is on disk, that would hurt one of its clients
/// (client_check.hpp): throws PublishError with a line for the whole and one for each finding. Of
/// the composes that clients may come from only those are looked at that are still there, the
/// newest of them. Throws PublishError, too, if metadata cannot be read. From any thread, one at a
/// time.
void check_stream(const std::filesystem::path& release_directory,
                  const std::string& stream,
                  ComposeId compose,
                  const core::StreamClients& clients,
                  const ClientCheckTools& tools,
                  const std::stop_token& stop);

}  // namespace terrace::publish
