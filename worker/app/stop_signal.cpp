#include "worker/app/stop_signal.hpp"

#include <pthread.h>
#include <signal.h>

#include <chrono>

namespace terrace::worker {
namespace {

sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

}  // namespace

void block_stop_signals() {
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop_signal() {
    const sigset_t signals = stop_signals();
    int number = 0;
    sigwait(&signals, &number);
    return number;
}

bool wait_for_stop_signal(Duration time_max) {
    const sigset_t signals = stop_signals();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time_max);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time_max - seconds);
    timespec time{};
    time.tv_sec = seconds.count();
    time.tv_nsec = rest.count();
    return ::sigtimedwait(&signals, nullptr, &time) > 0;
}

void StopFlag::raise() {
    {
        const std::lock_guard lock(mutex_);
        raised_ = true;
    }
    changed_.notify_all();
}

bool StopFlag::wait_for(Duration time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return raised_; });
}

}  // namespace terrace::worker
