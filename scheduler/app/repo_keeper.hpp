#pragma once

#include <filesystem>
#include <mutex>
#include <stop_token>
#include <utility>

#include "scheduler/http/services.hpp"
#include "scheduler/publish/composer.hpp"
#include "scheduler/publish/published_signatures.hpp"

namespace terrace::scheduler {

/// What operators ask for about published repositories, for the REST API. One fsck or gc at a time:
/// one must not remove what the other looks at. From several threads.
class RepoKeeper {
public:
    /// All of it must outlive the keeper. `read_keys` is called from several threads.
    RepoKeeper(const publish::ObjectStore& store,
               publish::Composer& composer,
               const std::filesystem::path& published,
               publish::ReadReleaseKeys read_keys)
        : store_(store),
          composer_(composer),
          published_(published),
          read_keys_(std::move(read_keys)) {}

    /// Its functions refer to this keeper.
    rest::RepoCare care();
    /// Ends what is under way at its next step, with an error.
    void stop() { stop_.request_stop(); }

private:
    const publish::ObjectStore& store_;
    publish::Composer& composer_;
    const std::filesystem::path& published_;
    const publish::ReadReleaseKeys read_keys_;
    std::mutex one_at_a_time_;
    std::stop_source stop_;
};

}  // namespace terrace::scheduler
