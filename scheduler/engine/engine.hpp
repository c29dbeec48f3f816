#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/farm.hpp"
#include "scheduler/engine/ports.hpp"

namespace terrace::engine {

/// One event and who waits for its answer. `done` is called exactly once, on the engine's thread,
/// when all that the answer was decided upon is committed: it must only hand the reply over.
struct Command {
    core::Event event;
    std::function<void(const Result<core::Reply>&)> done;
};

/// Owns the farm: decides, commits, then acts. While the database takes one batch the next one is
/// decided on top of it; if that commit fails, both are refused and the farm is loaded anew. Runs
/// on one thread in production and inside the simulator; it never knows which.
class Engine {
public:
    /// `post` puts a command of the engine's own (a compose has ended) into what calls decide(); it
    /// is called on the composer's threads. Loads the farm; throws StoreError.
    Engine(const core::FarmConfig& config,
           Store& store,
           Composer& composer,
           Resolver& resolver,
           std::function<void(Command)> post);

    /// Adds commands to the next batch. There may be none: time alone moves things, too. While the
    /// database is away every command is answered at once with Errc::unavailable, and each call
    /// tries to load the farm anew.
    /// @pre no more commands than room()
    void decide(std::vector<Command> commands, TimePoint now);

    /// How many commands decide() may take. After a failed commit one for each commit, so that an
    /// event that the database refuses takes no others with it; none while the farm waits to be
    /// loaded anew (Farm::wants_reload()) and something is still under way.
    std::size_t room() const;

    /// The changes of the next batch, which whoever calls hands to Store::commit(), on any thread;
    /// they stay where they are until end_commit(). Null when there is nothing to commit, or when a
    /// commit is under way.
    const std::vector<core::Change>* begin_commit(TimePoint now);
    bool committing() const { return committing_.has_value(); }

    /// What Store::commit() threw, or null. Throws whatever is no StoreError, also what loading
    /// throws. @pre committing(), and Store::commit() has returned
    void end_commit(const std::exception_ptr& failure);

    /// Answers what is committed or refused, and starts the effects of what is committed.
    void act();

    /// The whole turn at once, without anything under way afterwards.
    void run_batch(std::vector<Command> commands, TimePoint now);

    /// When none of this can go on: answers everybody who still waits. A commit that is under way
    /// keeps its changes.
    void abandon(const std::string& why);

    const core::Farm& farm() const { return farm_; }

    /// Farm::work_news(), and other than before after a reload.
    std::uint64_t work_news() const { return (reloads_ << 32) + farm_.work_news(); }

private:
    static constexpr std::size_t kBatchMax = 256;

    /// What one transaction makes durable, and what waits for that.
    struct Batch {
        std::vector<Command> commands;
        std::vector<Result<core::Reply>> replies;
        std::vector<core::Change> changes;
        std::vector<core::Effect> effects;
    };

    bool reload();
    /// All that was decided is committed.
    bool is_idle() const;
    void add_changes(core::Decision& decision);
    void refuse(Batch batch, const std::string& why);
    void start(core::RunCompose run);
    void start(core::RunMove run);
    void start(core::ResolveDependencies order);

    const core::FarmConfig& config_;
    Store& store_;
    Composer& composer_;
    Resolver& resolver_;
    std::function<void(Command)> post_;
    core::Farm farm_;

    Batch next_;                       ///< decided, not handed to the store
    std::optional<Batch> committing_;  ///< handed to the store
    std::vector<Batch> due_;           ///< committed or refused, not answered

    std::set<ComposeId> composing_;                        ///< handed to the composer and not ended
    std::set<StreamMoveId> moving_;                        ///< likewise
    std::set<std::pair<PackageSetId, Digest>> resolving_;  ///< handed to the resolver
    bool careful_ = false;                                 ///< the last commit failed
    bool stale_ = false;    ///< and memory could not be loaded anew yet
    bool resumed_ = false;  ///< the farm was told that it was loaded
    std::uint64_t reloads_ = 0;
};

}  // namespace terrace::engine
