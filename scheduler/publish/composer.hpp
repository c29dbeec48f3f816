#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <thread>

#include "scheduler/engine/ports.hpp"
#include "scheduler/publish/compose_signer.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/steps.hpp"

namespace terrace::publish {

/// Publishes composes below PUBLISHED/RELEASE (compose_tree.hpp), one after the other on a thread
/// of its own. A stream moves only when its compose is complete and on disk; composes that are
/// there are never touched.
class Composer final : public engine::Composer {
public:
    /// `store` and `signer` must outlive the composer. `hook`: see Steps. Without `signer` nothing
    /// is signed, and a compose that should be is an error.
    Composer(const ObjectStore& store,
             std::filesystem::path published_root,
             Steps::Hook hook = {},
             const ComposeSigner* signer = nullptr);
    /// stop()
    ~Composer() override;
    Composer(const Composer&) = delete;
    Composer& operator=(const Composer&) = delete;

    /// From any thread. `ended` is called exactly once, on the composer's thread, and must not
    /// throw. The queue is as long as the farm makes it: the engine orders a compose again only
    /// after it has ended.
    void start(core::RunCompose order, Ended ended) override;

    /// Ends the running compose at its next step and those that wait, each with an error, and
    /// joins: `ended` is not called after stop() has returned. Whoever gave `ended` and goes first
    /// calls this first.
    /// @pre no start() after it
    void stop();

private:
    struct Request {
        core::RunCompose order;
        Ended ended;
    };
    void run(const std::stop_token& stop);
    std::string publish(const core::RunCompose& order, const std::stop_token& stop) const;
    /// Signs what the compose is made of.
    Attachments attachments_of(const core::RunCompose& order, const Steps& steps) const;
    /// Makes the compose what the stream's readers see.
    void show(const std::filesystem::path& release,
              const core::RunCompose& order,
              const Steps& steps) const;

    const ObjectStore& store_;
    const std::filesystem::path root_;
    const Steps::Hook hook_;
    const ComposeSigner* const signer_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Request> requests_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace terrace::publish
