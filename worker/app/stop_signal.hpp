#pragma once

#include <condition_variable>
#include <mutex>

#include "common/vocab/time.hpp"

namespace terrace::worker {

/// Blocks SIGTERM and SIGINT in this thread and in every thread it makes from now on, so that
/// wait_for_stop_signal() is what gets them; and ignores SIGPIPE.
void block_stop_signals();

/// Waits for SIGTERM or SIGINT. @return its number
int wait_for_stop_signal();
/// The same for that long at most. @return false if none came
bool wait_for_stop_signal(Duration time_max);

/// Tells threads that wait to end. Callable from any thread.
class StopFlag {
public:
    void raise();
    /// Waits that long at most. @return true once raised
    bool wait_for(Duration time);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool raised_ = false;
};

}  // namespace terrace::worker
