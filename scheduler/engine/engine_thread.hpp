#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "scheduler/engine/commit_thread.hpp"
#include "scheduler/engine/engine.hpp"

namespace terrace::engine {

/// Runs an Engine on a thread of its own, from an inbox with a limit; another thread waits for its
/// commits. Started by the constructor once the farm is loaded; stopped by stop() or the
/// destructor.
class EngineThread {
public:
    struct Options {
        std::size_t inbox_max = 10'000;
        Duration tick = std::chrono::milliseconds(500);  ///< how late time alone may be noticed
        /// Called on the engine's thread after a batch when a waiting slot may find work.
        std::function<void()> on_work_ready = [] {};
        /// Called on the engine's thread when it cannot go on (Superseded, or the database stayed
        /// away).
        std::function<void(std::string why)> on_fatal;
    };

    EngineThread(const core::FarmConfig& config,
                 Store& store,
                 Composer& composer,
                 Resolver& resolver,
                 Options options);
    ~EngineThread();

    /// From any thread. `done` is called on the engine's thread; when the inbox is full or the
    /// engine has stopped, at once with Errc::unavailable.
    void post(Command command);

    /// Answers what is in the inbox, after its commit, then ends the thread. The composer and the
    /// resolver may still call back afterwards, so they must end before this object does.
    void stop();

private:
    bool push(Command& command, std::size_t limit);
    void commit_ended(std::exception_ptr failure);
    std::optional<std::exception_ptr> wait();
    std::vector<Command> take_commands();
    bool all_done();
    void turn();
    void run();

    Options options_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Command> inbox_;
    std::size_t wakes_at_ = 1;                          ///< this many commands in the inbox
    std::optional<std::exception_ptr> commit_outcome_;  ///< not yet told to the engine
    bool stopping_ = false;
    Engine engine_;
    CommitThread commits_;
    std::uint64_t news_ = 0;  ///< of work, that waiting slots were told
    std::thread thread_;
};

}  // namespace terrace::engine
