#include "scheduler/engine/engine_thread.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace terrace::engine {
namespace {

TimePoint real_now() {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

}  // namespace

EngineThread::EngineThread(const core::FarmConfig& config,
                           Store& store,
                           Composer& composer,
                           Resolver& resolver,
                           Options options)
    : options_(std::move(options)),
      engine_(config,
              store,
              composer,
              resolver,
              [this](Command command) {
                  // Our own are few and must not get lost among the requests of others. One that
                  // comes too late is dropped: the next start asks the composer again.
                  push(command, SIZE_MAX);
              }),
      thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
    stop();
}

void EngineThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool EngineThread::push(Command& command, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || inbox_.size() >= limit) return false;
    inbox_.push_back(std::move(command));
    wake_.notify_all();
    return true;
}

void EngineThread::post(Command command) {
    if (push(command, options_.inbox_max)) return;
    command.done(Error{Errc::unavailable, "The farm is overloaded or stopping; try again later."});
}

/// Waits for a command or for the next tick.
std::vector<Command> EngineThread::take_batch() {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, options_.tick, [this] { return stopping_ || !inbox_.empty(); });
    const auto count = static_cast<std::ptrdiff_t>(std::min(inbox_.size(), engine_.batch_max()));
    std::vector<Command> batch(std::make_move_iterator(inbox_.begin()),
                               std::make_move_iterator(inbox_.begin() + count));
    inbox_.erase(inbox_.begin(), inbox_.begin() + count);
    return batch;
}

void EngineThread::run() {
    std::uint64_t news = 0;
    try {
        while (true) {
            {
                const std::lock_guard lock(mutex_);
                if (stopping_ && inbox_.empty()) return;
            }
            engine_.run_batch(take_batch(), real_now());
            const std::uint64_t latest = engine_.work_news();
            if (latest != news) options_.on_work_ready();
            news = latest;
        }
    } catch (const std::exception& e) {
        std::vector<Command> refused;
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            refused.swap(inbox_);
        }
        for (const Command& command : refused) {
            command.done(
                Error{Errc::unavailable, "The farm is stopping: " + std::string(e.what())});
        }
        if (options_.on_fatal) options_.on_fatal(e.what());
    }
}

}  // namespace terrace::engine
