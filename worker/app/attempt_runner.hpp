#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "worker/agent/ports.hpp"
#include "worker/app/attempt_context.hpp"
#include "worker/app/state_directory.hpp"

namespace terrace::worker {

/// Runs the attempts of one slot, each in a thread of its own.
class SlotRunner : public agent::AttemptRunner {
public:
    /// All of them outlive the runner.
    SlotRunner(agent::SchedulerApi& api,
               StateDirectory& state,
               const AttemptSettings& settings,
               Slot slot);
    /// Cancels what runs, and waits for its end.
    ~SlotRunner() override;

    void start(const LeaseGrant& lease) override;
    std::optional<AttemptReport> poll() override;
    void cancel() override;

private:
    void run(const LeaseGrant& lease);
    AttemptReport run_in_directory(const LeaseGrant& lease);
    void free_slot(AttemptId attempt);

    agent::SchedulerApi& api_;
    StateDirectory& state_;
    const AttemptSettings& settings_;
    const Slot slot_;
    std::atomic<bool> cancelled_ = false;
    std::mutex mutex_;
    std::optional<AttemptReport> report_;  // set by the thread when it has nothing left to do
    std::thread thread_;
};

}  // namespace terrace::worker
