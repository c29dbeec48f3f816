#include "scheduler/engine/engine_thread.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace terrace::engine {
namespace {

/// While the database works there is no hurry: to wake up for each command would cost more than to
/// decide it.
constexpr std::size_t kWakesWhileCommitting = 16;

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
      commits_(store, [this](std::exception_ptr failure) { commit_ended(std::move(failure)); }),
      thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
    stop();
}

void EngineThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

bool EngineThread::push(Command& command, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || inbox_.size() >= limit) return false;
    inbox_.push_back(std::move(command));
    if (inbox_.size() >= wakes_at_) wake_.notify_one();
    return true;
}

void EngineThread::post(Command command) {
    if (push(command, options_.inbox_max)) return;
    command.done(Error{Errc::unavailable, "The farm is overloaded or stopping; try again later."});
}

void EngineThread::commit_ended(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    commit_outcome_ = std::move(failure);
    wake_.notify_one();
}

/// For commands, for the end of the commit that is under way, or for the next tick.
std::optional<std::exception_ptr> EngineThread::wait() {
    const bool committing = engine_.committing();
    std::unique_lock lock(mutex_);
    wakes_at_ = engine_.room() == 0 ? SIZE_MAX : committing ? kWakesWhileCommitting : 1;
    wake_.wait_for(lock, options_.tick, [&] {
        return commit_outcome_ || inbox_.size() >= wakes_at_ || (stopping_ && !committing);
    });
    return std::exchange(commit_outcome_, std::nullopt);
}

std::vector<Command> EngineThread::take_commands() {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(inbox_.size(), engine_.room()));
    std::vector<Command> commands(std::make_move_iterator(inbox_.begin()),
                                  std::make_move_iterator(inbox_.begin() + count));
    inbox_.erase(inbox_.begin(), inbox_.begin() + count);
    return commands;
}

bool EngineThread::all_done() {
    const std::lock_guard lock(mutex_);
    return stopping_ && inbox_.empty() && !engine_.committing();
}

void EngineThread::turn() {
    if (const auto outcome = wait()) engine_.end_commit(*outcome);
    engine_.decide(take_commands(), real_now());
    // Answers come second: the database need not wait for them.
    if (const auto* changes = engine_.begin_commit(real_now())) commits_.start(*changes);
    engine_.act();
    if (engine_.work_news() != news_) options_.on_work_ready();
    news_ = engine_.work_news();
}

void EngineThread::run() {
    try {
        while (!all_done()) turn();
    } catch (const std::exception& e) {
        std::vector<Command> refused;
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            refused.swap(inbox_);
        }
        engine_.abandon(e.what());
        for (const Command& command : refused) {
            command.done(
                Error{Errc::unavailable, "The farm is stopping: " + std::string(e.what())});
        }
        if (options_.on_fatal) options_.on_fatal(e.what());
    }
}

}  // namespace terrace::engine
