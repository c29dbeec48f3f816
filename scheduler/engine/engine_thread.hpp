#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "scheduler/engine/engine.hpp"

namespace terrace::engine {

/// Runs an Engine on a thread of its own, from an inbox with a limit. Started by the constructor
/// once the farm is loaded; stopped by stop() or the destructor.
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

    /// Answers what is in the inbox, then ends the thread. The composer and the resolver may still
    /// call back afterwards, so they must end before this object does.
    void stop();

private:
    bool push(Command& command, std::size_t limit);
    void run();
    std::vector<Command> take_batch();

    Options options_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Command> inbox_;
    bool stopping_ = false;
    Engine engine_;
    std::thread thread_;
};

}  // namespace terrace::engine
