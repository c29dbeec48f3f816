#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>

#include "scheduler/engine/ports.hpp"
#include "scheduler/publish/compose_signer.hpp"

namespace terrace::publish {

/// Stands before the composer, so that what a mass rebuild has to get signed holds up nobody: its
/// RPMs are signed here, on a thread of its own and in the signer's queue `bulk`, and only then is
/// its compose in the line. Every other order goes straight to the composer, whose few signatures
/// overtake these.
class SigningQueue final : public engine::Composer {
public:
    /// Both must outlive it.
    SigningQueue(engine::Composer& composer, const ComposeSigner& signing);
    /// stop()
    ~SigningQueue() override;
    SigningQueue(const SigningQueue&) = delete;
    SigningQueue& operator=(const SigningQueue&) = delete;

    /// From any thread, as the composer's.
    void start(core::RunCompose order, Ended ended) override;
    /// What it shows is signed already.
    void start(core::RunMove order, MoveEnded ended) override;

    /// Ends what is here, each with an error, and joins; to be called before the composer's stop().
    /// @pre no start() after it
    void stop();

private:
    struct Request {
        core::RunCompose order;
        Ended ended;
    };
    void run(const std::stop_token& stop);

    engine::Composer& composer_;
    const ComposeSigner& signing_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Request> requests_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace terrace::publish
