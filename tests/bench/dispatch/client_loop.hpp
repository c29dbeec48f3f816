#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "scheduler/engine/engine_thread.hpp"

namespace terrace::bench {

/// Workers that lease a build and report it finished, so many of them at once. Each cycle is
/// another worker's; each step begins when the answer to the one before it, and so its commit, is
/// there.
class ClientLoop {
public:
    /// @pre the engine knows workers 1 ... `workers`, of one idle slot each, and
    /// `outstanding` <= `workers`
    ClientLoop(engine::EngineThread& engine, int workers, int outstanding);

    /// Makes `cycles` leases and as many finishes. @return cycles a second.
    double run(int cycles);

private:
    struct Answer {
        int worker = 0;
        Result<core::Reply> reply;
    };

    void ask_for_lease();
    void post(int worker, core::Event event);
    std::vector<Answer> take_answers();
    void handle(const Answer& answer);

    engine::EngineThread& engine_;
    const int outstanding_;
    std::deque<int> idle_;  ///< who was idle the longest goes first
    int to_start_ = 0;
    int to_finish_ = 0;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Answer> answers_;
};

}  // namespace terrace::bench
