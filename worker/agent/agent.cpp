#include "worker/agent/agent.hpp"

#include <algorithm>
#include <utility>

#include "common/vocab/check.hpp"

namespace terrace::agent {

Agent::Agent(SchedulerApi& api,
             WorkerHello hello,
             std::vector<AttemptRunner*> runners,
             Options options)
    : api_(api), hello_(std::move(hello)), options_(std::move(options)) {
    TERRACE_CHECK(!runners.empty());
    hello_.slots = static_cast<int>(runners.size());
    for (AttemptRunner* runner : runners)
        slots_.push_back(Slot{.runner = runner, .lease = {}, .report = {}});
}

Duration Agent::step_slot(int number) {
    Slot& slot = slot_at(number);
    {
        const std::lock_guard lock(mutex_);
        if (!slot.lease && (draining_ || !welcome_)) return options_.poll_interval;
    }
    // Only this thread gives the slot a lease or takes it away.
    if (!slot.lease) return ask_for_lease(number);
    if (!slot.report) {
        auto report = slot.runner->poll();
        if (!report) return options_.poll_interval;
        const std::lock_guard lock(mutex_);
        slot.report = std::move(report);
        slot.report->fence = slot.lease->fence;
    }
    return send_report(slot);
}

Duration Agent::ask_for_lease(int number) {
    wire::LeaseRequest request;
    {
        const std::lock_guard lock(mutex_);
        if (!welcome_) return options_.poll_interval;  // forgotten since step_slot() looked
        request = {welcome_->worker, hello_.incarnation, number, options_.lease_wait};
    }
    const auto answer = api_.request_lease(request);
    if (!answer) {
        const std::lock_guard lock(mutex_);
        if (answer.error().code == Errc::not_found)
            welcome_.reset();  // the farm forgot us: register again
        return options_.retry_delay;
    }
    if (!*answer) return Duration(0);
    const LeaseGrant& grant = **answer;
    const std::lock_guard lock(mutex_);
    Slot& slot = slot_at(number);
    slot.lease = LeaseKey{grant.attempt, grant.fence};
    slot.lease_ended = false;
    slot.runner->start(grant);
    if (cancelling_) slot.runner->cancel();
    return options_.poll_interval;
}

Duration Agent::send_report(Slot& slot) {
    bool nobodys = false;
    {
        const std::lock_guard lock(mutex_);
        nobodys = slot.lease_ended;
    }
    const auto sent = nobodys ? Result<void>{} : api_.report(slot.lease->attempt, *slot.report);
    // Anything but "try again" is final: taken, stale, or refused for what it says. A token that is
    // not taken now may be put right by an operator; the result must not be lost meanwhile.
    if (!sent &&
        (sent.error().code == Errc::unavailable || sent.error().code == Errc::unauthorized)) {
        return options_.retry_delay;
    }
    const std::lock_guard lock(mutex_);
    if (!sent && sent.error().code == Errc::invalid_argument &&
        slot.report->outcome != Outcome::infra_aborted) {
        // The farm cannot use it; say at least that the attempt is over, and why.
        AttemptReport plain;
        plain.fence = slot.lease->fence;
        plain.outcome = Outcome::infra_aborted;
        plain.evidence = "The farm refused the report: " + sent.error().message;
        slot.report = std::move(plain);
        return Duration(0);
    }
    slot.lease.reset();
    slot.report.reset();
    return Duration(0);
}

Duration Agent::step_heartbeat() {
    wire::Heartbeat heartbeat;
    bool registered = false;
    WorkerHello hello;
    if (options_.disk_bytes_free) heartbeat.disk_bytes_free = options_.disk_bytes_free();
    {
        const std::lock_guard lock(mutex_);
        if (heartbeat.disk_bytes_free > 0) hello_.disk_bytes_free = heartbeat.disk_bytes_free;
        registered = welcome_.has_value() && told_all_;
        if (!registered) hello = hello_;
        if (registered) heartbeat.worker = welcome_->worker;
        heartbeat.incarnation = hello_.incarnation;
        for (const Slot& slot : slots_) {
            if (slot.lease) heartbeat.running.push_back(*slot.lease);
        }
    }
    if (!registered) {
        const auto welcome = api_.register_worker(hello);
        if (!welcome) return options_.retry_delay;
        const std::lock_guard lock(mutex_);
        welcome_ = *welcome;
        told_all_ = hello == hello_;
        return Duration(0);
    }
    const auto reply = api_.heartbeat(heartbeat);
    if (!reply) return options_.retry_delay;
    const std::lock_guard lock(mutex_);
    for (Slot& slot : slots_) {
        if (!slot.lease ||
            std::ranges::find(reply->ended, slot.lease->attempt) == reply->ended.end())
            continue;
        slot.lease_ended = true;
        slot.runner->cancel();
    }
    if (reply->register_again) welcome_.reset();
    return welcome_ ? welcome_->heartbeat_interval : Duration(0);
}

void Agent::notice(WorkerHello probed) {
    const std::lock_guard lock(mutex_);
    probed.incarnation = hello_.incarnation;
    probed.slots = hello_.slots;
    probed.disk_bytes_free = hello_.disk_bytes_free;  // heartbeats tell it
    if (probed == hello_) return;
    hello_ = std::move(probed);
    told_all_ = false;
}

void Agent::drain() {
    const std::lock_guard lock(mutex_);
    draining_ = true;
}

void Agent::cancel_all() {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    cancelling_ = true;
    for (Slot& slot : slots_) {
        if (slot.lease) slot.runner->cancel();
    }
}

bool Agent::idle() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::none_of(slots_, [](const Slot& slot) { return slot.lease.has_value(); });
}

}  // namespace terrace::agent
