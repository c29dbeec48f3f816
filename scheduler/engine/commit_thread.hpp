#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "scheduler/engine/ports.hpp"

namespace terrace::engine {

/// A thread that waits for the database, so that the engine's need not. One commit at a time.
class CommitThread {
public:
    /// `ended` is called on this thread after each commit, with what it threw or null.
    CommitThread(Store& store, std::function<void(std::exception_ptr)> ended);
    /// After the commit that is under way.
    ~CommitThread();

    /// Returns at once. @pre no commit is under way; `changes` stay as they are until `ended`
    void start(const std::vector<core::Change>& changes);

private:
    void run();

    Store& store_;
    std::function<void(std::exception_ptr)> ended_;
    std::mutex mutex_;
    std::condition_variable wake_;
    const std::vector<core::Change>* changes_ = nullptr;  ///< to be committed
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace terrace::engine
