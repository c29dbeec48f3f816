// Which workers get leases: what operators say, what the evidence says, how a worker comes back.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "common/vocab/check.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/host_health.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

constexpr std::size_t kReasonBytesMax = 1000;

AdmissionEvent event_of(AdmissionOrder order) {
    switch (order) {
        case AdmissionOrder::enable: return AdmissionEvent::enable;
        case AdmissionOrder::drain: return AdmissionEvent::drain;
        case AdmissionOrder::disable: return AdmissionEvent::disable;
        case AdmissionOrder::quarantine: return AdmissionEvent::quarantine;
    }
    return AdmissionEvent::enable;
}

void change_admission(WorkerHealth& health, AdmissionEvent event) {
    const auto next = next_admission(health.admission, event);
    TERRACE_CHECK(next.has_value());
    health.admission = *next;
    if (health.admission != Admission::quarantined) health.probe_at.reset();
}

bool needs_reason(AdmissionOrder order) {
    return order == AdmissionOrder::disable || order == AdmissionOrder::quarantine;
}

}  // namespace

WorkerHealth Farm::health_of(WorkerId worker) const {
    const auto found = state_.worker_health.find(worker);
    if (found != state_.worker_health.end()) return found->second;
    WorkerHealth health;
    health.worker = worker;
    return health;
}

void Farm::quarantine(WorkerHealth& health, std::string why, bool by_farm, TimePoint now) const {
    // One that has been well for long starts from the shortest wait again.
    if (health.since + config_->health.probe_delay_max < now) health.back_offs = 0;
    change_admission(health, AdmissionEvent::quarantine);
    health.since = now;
    health.reason = std::move(why);
    health.by_farm = by_farm;
    health.probes_passed = 0;
    health.probe_at = now + probe_delay(config_->health, health.back_offs++);
}

void Farm::put_health(WorkerHealth health, TimePoint now, Decision& decision) {
    const auto why = why_quarantine(config_->health, health);
    if (why && health.admission == Admission::enabled) {
        sim_mark("worker quarantined");
        quarantine(health, *why, true, now);
    } else if (!why && health.admission == Admission::quarantined && health.by_farm) {
        sim_mark("quarantine taken back");
        change_admission(health, AdmissionEvent::evidence_withdrawn);
        health.since = now;
        health.reason = "What spoke against it failed on other workers, too.";
    }
    record(decision, std::move(health));
}

Decision Farm::on(const OrderAdmission& e, TimePoint now) {
    Decision decision;
    const Worker* worker = worker_named(e.worker);
    if (worker == nullptr) {
        decision.reply = Error{Errc::not_found, "There is no worker '" + e.worker + "'."};
        return decision;
    }
    if (needs_reason(e.order) && e.reason.empty()) {
        decision.reply =
            Error{Errc::invalid_argument, "Say why, for those who find the worker idle: --reason."};
        return decision;
    }
    if (e.reason.size() > kReasonBytesMax) {
        decision.reply =
            Error{Errc::invalid_argument, "The reason is too long: one sentence does."};
        return decision;
    }
    sim_mark("operator admits or not");
    WorkerHealth health = health_of(worker->id);
    if (e.order == AdmissionOrder::quarantine) {
        quarantine(health, e.reason, false, now);
    } else {
        change_admission(health, event_of(e.order));
        health.since = now;
        health.reason = e.reason;
        health.by_farm = false;
        health.probes_passed = 0;
    }
    if (e.order == AdmissionOrder::enable) {
        // Whoever enables it says that it is well.
        end_run(health, now);
        health.back_offs = 0;
    }
    record(decision, std::move(health));
    if (!e.now || e.order == AdmissionOrder::enable) return decision;
    for (const Lease& lease : leases_of(worker->id))
        hand_back(lease, "An operator took its worker out of service.", now, decision);
    return decision;
}

/// Nobody's fault: it is ready again as if the attempt had not been.
void Farm::hand_back(const Lease& lease,
                     const std::string& why,
                     TimePoint now,
                     Decision& decision) {
    AttemptReport report;
    report.outcome = Outcome::infra_aborted;
    report.evidence = why;
    end_attempt(lease, report, now, decision);
    if (lease.build) {
        Build build = state_.builds.at(*lease.build);
        build.outcome = report.outcome;
        build.evidence = report.evidence;
        move(std::move(build), BuildEvent::attempt_retry, now, decision);
    } else {
        Comparison comparison = state_.comparisons.at(*lease.comparison);
        comparison.reason = report.evidence;
        move(std::move(comparison), ComparisonEvent::attempt_retry, now, decision);
    }
}

/// An operator may have said otherwise while it ran: then it proves nothing any more.
void Farm::end_probe(WorkerHealth health,
                     const Lease& lease,
                     const AttemptReport& report,
                     TimePoint now,
                     Decision& decision) {
    health.probe.reset();
    const bool passed = report.outcome == Outcome::ok;
    if (health.admission != Admission::probing) {
        record(decision, std::move(health));
        return;
    }
    if (passed && ++health.probes_passed >= config_->health.probes) {
        sim_mark("worker back after probing builds");
        change_admission(health, AdmissionEvent::probes_passed);
        health.since = now;
        health.reason = fmt::format("It ended {} probing builds well.", health.probes_passed);
        health.by_farm = true;
        end_run(health, now);
        record(decision, std::move(health));
        return;
    }
    change_admission(health, AdmissionEvent::probe_ended);
    health.probe_at = now;
    if (!passed && kind_of(report.outcome) != FailureKind::neither) {
        sim_mark("probing build failed");
        health.probes_passed = 0;
        health.probe_at = now + probe_delay(config_->health, health.back_offs++);
        add_failure(health, failure_of(lease, report, now));
    }
    record(decision, std::move(health));
}

/// What is known to build says the most about a worker that fails it, and what is short says it
/// soonest and costs least. Urgent work waits for no proof, if there is any other. A comparison
/// proves a worker only where no build does and nobody else could measure it: or neither would
/// ever end.
const ReadyItem* Farm::find_probe(WorkerId worker, TimePoint now) {
    const auto health = state_.worker_health.find(worker);
    const bool due = health != state_.worker_health.end() && health->second.probe_at &&
                     *health->second.probe_at <= now && !health->second.probe;
    if (!due || fleet_.host_of(worker).comparisons > 0) return nullptr;
    const auto order = [&](const ReadyItem* item) {
        const Build& build = state_.builds.at(std::get<BuildId>(item->what));
        const std::string& release = state_.rebuilds.at(build.rebuild).release;
        const std::string& source = state_.source_packages.at(build.source_package).name;
        return std::tuple(item->priority == PriorityClass::urgent,
                          !state_.build_history.contains({release, source}),
                          estimate_for(release, source).seconds, build.id);
    };
    const ReadyItem* best = nullptr;
    for (const ReadyItem* item : ready_.probes_for(fleet_.at(worker), false, now)) {
        if (!best || order(item) < order(best)) best = item;
    }
    if (best || fleet_.host_of(worker).leases > 0) return best;
    for (const ReadyItem* item : ready_.probes_for(fleet_.at(worker), true, now)) {
        if (!fleet_.other_fits(worker, item->placement)) return item;
    }
    return nullptr;
}

void Farm::note_probe(WorkerId worker, Decision& decision) {
    WorkerHealth health = health_of(worker);
    change_admission(health, AdmissionEvent::probe_granted);
    health.probe = state_.last_attempt;
    record(decision, std::move(health));
}

}  // namespace terrace::core
