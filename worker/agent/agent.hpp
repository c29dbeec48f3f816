#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "worker/agent/ports.hpp"

namespace terrace::agent {

/// Leads one worker: registers it, leases work for its slots, keeps the leases alive, and reports
/// each attempt until the farm has taken the report or says that the lease has ended. Steps are
/// driven from outside, by threads in production and by the simulator's clock; it never knows
/// which. Thread-safe: one thread a slot, one for heartbeats.
class Agent {
public:
    struct Options {
        Duration lease_wait = std::chrono::seconds(30);  ///< long poll
        Duration retry_delay = std::chrono::seconds(2);  ///< while the farm is away
        Duration poll_interval = std::chrono::milliseconds(200);
        /// What the heartbeat tells of the disk; may be empty.
        std::function<std::int64_t()> disk_bytes_free = {};
    };

    /// One runner a slot; `api`, `runners` outlive the agent. hello.slots is set from their number.
    Agent(SchedulerApi& api,
          WorkerHello hello,
          std::vector<AttemptRunner*> runners,
          Options options);

    /// One step of a slot: asks for a lease if it is idle (long poll), else looks whether its
    /// attempt has ended, and reports it. Returns how long to wait before the next step.
    Duration step_slot(int slot);

    /// Registers when needed, renews leases, cancels what has ended. Returns how long to wait.
    Duration step_heartbeat();

    /// What a probe has found now. If it is not what the farm was told, the worker registers again
    /// under its incarnation, so that its leases go on; the farm takes back those that it can hold
    /// no longer.
    void notice(WorkerHello probed);

    /// From now on no new leases; what runs goes on.
    void drain();
    /// What runs is cancelled and handed back; after drain() nothing follows.
    void cancel_all();
    /// True when no slot holds an attempt or an unsent report.
    bool idle() const;

private:
    struct Slot {
        AttemptRunner* runner = nullptr;
        std::optional<LeaseKey> lease;
        bool lease_ended = false;  ///< the farm has told so: the report is nobody's any more
        std::optional<AttemptReport> report;
    };

    Duration ask_for_lease(int slot);
    Duration send_report(Slot& slot);
    Slot& slot_at(int slot) { return slots_[static_cast<std::size_t>(slot)]; }

    SchedulerApi& api_;
    WorkerHello hello_;
    Options options_;
    mutable std::mutex mutex_;
    std::vector<Slot> slots_;
    std::optional<wire::WorkerWelcome> welcome_;
    bool told_all_ = true;  ///< the farm knows hello_ as it is
    bool draining_ = false;
    bool cancelling_ = false;
};

}  // namespace terrace::agent
