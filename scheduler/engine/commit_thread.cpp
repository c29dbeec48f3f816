#include "scheduler/engine/commit_thread.hpp"

#include <utility>

namespace terrace::engine {

CommitThread::CommitThread(Store& store, std::function<void(std::exception_ptr)> ended)
    : store_(store), ended_(std::move(ended)), thread_([this] { run(); }) {}

CommitThread::~CommitThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void CommitThread::start(const std::vector<core::Change>& changes) {
    {
        const std::lock_guard lock(mutex_);
        changes_ = &changes;
    }
    wake_.notify_one();
}

void CommitThread::run() {
    while (true) {
        const std::vector<core::Change>* changes = nullptr;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || changes_ != nullptr; });
            if (changes_ == nullptr) return;
            changes = std::exchange(changes_, nullptr);
        }
        std::exception_ptr failure;
        try {
            store_.commit(*changes);
        } catch (...) {
            failure = std::current_exception();  // the engine knows what to do about it
        }
        ended_(failure);
    }
}

}  // namespace terrace::engine
