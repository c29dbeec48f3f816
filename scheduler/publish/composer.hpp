#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "scheduler/engine/ports.hpp"
#include "scheduler/publish/compose_signer.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/garbage.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/served_tree.hpp"
#include "scheduler/publish/steps.hpp"
#include "scheduler/publish/stream_check.hpp"

namespace terrace::publish {

/// Publishes composes below PUBLISHED/RELEASE (compose_tree.hpp), one after the other on a thread
/// of its own. A stream moves only when its compose is complete and on disk, and all its clients
/// can follow (stream_check.hpp); composes that are there are never touched.
class Composer final : public engine::Composer {
public:
    /// `store` and `signer` must outlive the composer. `hook`: see Steps. `read_platform` is called
    /// on the composer's thread. Without `signer` nothing is signed, and a compose that should be
    /// is an error.
    Composer(const ObjectStore& store,
             std::filesystem::path published_root,
             Steps::Hook hook = {},
             ReadPlatform read_platform = {},
             const ComposeSigner* signer = nullptr);
    /// stop()
    ~Composer() override;
    Composer(const Composer&) = delete;
    Composer& operator=(const Composer&) = delete;

    /// From any thread. `ended` is called exactly once, on the composer's thread, and must not
    /// throw. The queue is as long as the farm makes it: the engine orders a compose again only
    /// after it has ended.
    void start(core::RunCompose order, Ended ended) override;
    void start(core::RunMove order, MoveEnded ended) override;

    /// Removes what nothing needs (garbage.hpp) in its turn, so never while something is being
    /// published. Blocks. Throws PublishError, also when the composer is stopped, and
    /// std::system_error. From any thread but the composer's.
    wire::GarbageReport collect(core::GarbagePlan plan);

    /// Ends the running compose at its next step and those that wait, each with an error, and
    /// joins: `ended` is not called after stop() has returned. Whoever gave `ended` and goes first
    /// calls this first.
    /// @pre no start() after it
    void stop();

private:
    using Work = std::function<void(const Steps& steps)>;
    void put(Work work);
    void run(const std::stop_token& stop);
    /// Both return what the client check says; nothing to do if the stream shows it already.
    std::string publish(const core::RunCompose& order, const Steps& steps) const;
    std::string move(const core::RunMove& order, const Steps& steps) const;
    /// Signs what the compose is made of.
    Attachments attachments_of(const core::RunCompose& order, const Steps& steps) const;
    /// Makes the compose what the stream's readers see.
    void show(const std::filesystem::path& release,
              const ServedTree& tree,
              const Steps& steps) const;

    const ObjectStore& store_;
    const std::filesystem::path root_;
    const Steps::Hook hook_;
    const ClientCheckTools tools_;
    const ComposeSigner* const signer_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Work> queue_;  ///< each ends by itself, and throws nothing
    std::jthread thread_;     // last: it uses all of the above
};

}  // namespace terrace::publish
