#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "scheduler/core/farm.hpp"
#include "scheduler/engine/ports.hpp"

namespace terrace::engine {

/// One event and who waits for its answer. `done` is called after the commit, exactly once, on the
/// engine's thread: it must only hand the reply over.
struct Command {
    core::Event event;
    std::function<void(const Result<core::Reply>&)> done;
};

/// Owns the farm: decides, commits, then answers. Runs on one thread in production and inside the
/// simulator; it never knows which.
class Engine {
public:
    /// `post` puts a command of the engine's own (a compose has ended) into what calls run_batch();
    /// it is called on the composer's threads. Loads the farm; throws StoreError.
    Engine(const core::FarmConfig& config,
           Store& store,
           Composer& composer,
           Resolver& resolver,
           std::function<void(Command)> post);

    /// One transaction for the whole batch. A batch may be empty: time alone moves things, too.
    /// While the database is away every command is answered with Errc::unavailable, and each batch
    /// tries to load the farm anew.
    void run_batch(std::vector<Command> batch, TimePoint now);

    /// How many commands the next batch may hold: one after a failed commit, so that an event that
    /// the database refuses takes no others with it.
    std::size_t batch_max() const { return careful_ ? 1 : kBatchMax; }

    const core::Farm& farm() const { return farm_; }

    /// Farm::work_news(), and other than before after a reload.
    std::uint64_t work_news() const { return (reloads_ << 32) + farm_.work_news(); }

private:
    static constexpr std::size_t kBatchMax = 256;
    bool reload();
    std::vector<core::Change> decide(const std::vector<Command>& batch,
                                     TimePoint now,
                                     std::vector<Result<core::Reply>>& replies);
    void start_effects(TimePoint now);

    const core::FarmConfig& config_;
    Store& store_;
    Composer& composer_;
    Resolver& resolver_;
    std::function<void(Command)> post_;
    core::Farm farm_;
    void start(core::RunCompose run);
    void start(core::RunMove run);
    void start(core::ResolveDependencies order);

    std::set<ComposeId> composing_;                        ///< handed to the composer and not ended
    std::set<StreamMoveId> moving_;                        ///< likewise
    std::set<std::pair<PackageSetId, Digest>> resolving_;  ///< handed to the resolver
    bool careful_ = false;                                 ///< the last commit failed
    bool resumed_ = false;                                 ///< the farm was told that it was loaded
    std::uint64_t reloads_ = 0;
    bool stale_ = false;  ///< and memory could not be loaded anew yet
};

}  // namespace terrace::engine
