#include "scheduler/app/repo_keeper.hpp"

#include <utility>

#include "scheduler/publish/fsck.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::scheduler {
namespace {

/// What `work` returns, unless another one runs; what publishing failed for is the answer's error.
template <class Work>
auto alone(std::mutex& mutex, Work work) -> Result<decltype(work())> {
    const std::unique_lock lock(mutex, std::try_to_lock);
    if (!lock) {
        return Error{Errc::conflict,
                     "A repo fsck or gc is under way already; try again when it has ended."};
    }
    try {
        return work();
    } catch (const publish::PublishError& e) {
        return Error{Errc::unavailable, e.what()};
    }
}

}  // namespace

rest::RepoCare RepoKeeper::care() {
    rest::RepoCare care;
    care.collect = [this](core::GarbagePlan plan) {
        return alone(one_at_a_time_, [&] { return composer_.collect(std::move(plan)); });
    };
    care.fsck = [this](const core::RepoState& state) {
        return alone(one_at_a_time_, [&] {
            return publish::check_all(store_, published_, state, publish::Steps(stop_.get_token()),
                                      read_keys_);
        });
    };
    care.verify = [this](const std::string& release, const std::string& stream,
                         const core::RepoState& state) {
        // Alone, too: gc might remove the tree that it has opened.
        return alone(one_at_a_time_, [&] {
            return publish::verify_stream(published_, release, stream, state,
                                          publish::Steps(stop_.get_token()), read_keys_);
        });
    };
    return care;
}

}  // namespace terrace::scheduler
