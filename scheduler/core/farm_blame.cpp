// Whose fault a failed attempt is, and what follows for its worker (host_health.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/host_health.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

bool is_distrusted(const WorkerHealth& health) {
    return health.admission == Admission::quarantined || health.admission == Admission::probing;
}

}  // namespace

HostFailure Farm::failure_of(const Lease& lease, const AttemptReport& report, TimePoint now) const {
    const SourcePackageId source = lease.build
                                       ? state_.builds.at(*lease.build).source_package
                                       : state_.comparisons.at(*lease.comparison).source_package;
    HostFailure failure;
    failure.attempt = lease.attempt;
    failure.build = lease.build;
    failure.package = state_.source_packages.at(source).name;
    failure.outcome = report.outcome;
    failure.sentence = shortened(report.evidence);
    failure.started_at = lease.granted_at;
    failure.ended_at = now;
    return failure;
}

JudgedFailure Farm::judge_failure(Build& build,
                                  const Lease& lease,
                                  const AttemptReport& report,
                                  bool probe,
                                  TimePoint now,
                                  Decision& decision) {
    build.failed_tries.push_back({lease.attempt, lease.worker, report.outcome,
                                  shortened(report.evidence), lease.granted_at, now, probe});
    JudgedFailure judged;
    judged.probe = probe;
    const FailureKind kind = kind_of(report.outcome);
    if (probe || kind == FailureKind::neither) return judged;
    WorkerHealth health = health_of(lease.worker);
    add_failure(health, failure_of(lease, report, now));
    const int workers = workers_failed(build.failed_tries, kind);
    Blame blame = Blame::nobody;
    if (kind == FailureKind::infra) {
        blame = blame_for(count(health.run).suspicious(), workers);
        judged.counts = blame != Blame::worker;
    } else if (workers > 1) {
        blame = Blame::build;
    } else {
        judged.second_opinion = wants_second_opinion(build, lease, health);
    }
    if (blame == Blame::build) {
        withdraw_from_others(build, lease, kind, now, decision);
    } else {
        put_health(std::move(health), now, decision);
    }
    return judged;
}

/// Of a comparison nobody remembers where it was tried: the worker is blamed by its own run alone.
JudgedFailure Farm::judge_failure(const Comparison& comparison,
                                  const Lease& lease,
                                  const AttemptReport& report,
                                  TimePoint now,
                                  Decision& decision) {
    JudgedFailure judged;
    if (kind_of(report.outcome) != FailureKind::infra) return judged;
    WorkerHealth health = health_of(lease.worker);
    add_failure(health, failure_of(lease, report, now));
    judged.counts =
        blame_for(count(health.run).suspicious(), comparison.infra_failures + 1) != Blame::worker;
    put_health(std::move(health), now, decision);
    return judged;
}

bool Farm::wants_second_opinion(const Build& build,
                                const Lease& lease,
                                const WorkerHealth& health) const {
    return (is_distrusted(health) || is_suspected(config_->health, health)) &&
           fleet_.other_fits(lease.worker, placement_of(build));
}

void Farm::withdraw_from_others(
    const Build& build, const Lease& lease, FailureKind kind, TimePoint now, Decision& decision) {
    for (const FailedTry& tried : build.failed_tries) {
        if (tried.worker == lease.worker) continue;
        WorkerHealth health = health_of(tried.worker);
        if (!withdraw(health, build.id, kind)) continue;
        sim_mark("failure withdrawn");
        put_health(std::move(health), now, decision);
    }
}

void Farm::note_success(const Lease& lease, const Build* build, TimePoint now, Decision& decision) {
    std::vector<WorkerHealth> changed;
    std::set<WorkerId> failed_it;
    if (build) {
        for (const FailedTry& tried : build->failed_tries) {
            if (tried.worker != lease.worker) failed_it.insert(tried.worker);
        }
    }
    for (const WorkerId worker : failed_it) {
        WorkerHealth health = health_of(worker);
        if (confirm_failures(health, *build, state_.workers.at(lease.worker).name))
            changed.push_back(std::move(health));
    }
    for (const auto& [worker, row] : state_.worker_health) {
        if (row.run.empty()) continue;
        if (worker == lease.worker) {
            if (is_distrusted(row)) continue;
            changed.push_back(row);
            end_run(changed.back(), now);
        } else if (!row.others_built && !failed_it.contains(worker)) {
            changed.push_back(row);
            changed.back().others_built = true;
        }
    }
    for (WorkerHealth& health : changed) put_health(std::move(health), now, decision);
}

/// Another worker, `by`, has built what this one failed. Whether that is news.
bool Farm::confirm_failures(WorkerHealth& health, const Build& build, const std::string& by) const {
    bool news = false;
    for (const FailedTry& tried : build.failed_tries) {
        if (tried.worker != health.worker || kind_of(tried.outcome) == FailureKind::neither)
            continue;
        const std::string& package = state_.source_packages.at(build.source_package).name;
        news |= confirm(health, {tried.attempt, build.id, package, tried.outcome, tried.sentence,
                                 tried.started_at, tried.ended_at, by});
    }
    if (!news && (health.run.empty() || health.others_built)) return false;
    if (news) sim_mark("built by another worker");
    health.others_built = true;
    return true;
}

/// "on w1: disk_full (No space left.), 2 times; on w2: ..."
std::string Farm::tries_text(const Build& build) const {
    std::vector<std::pair<std::string, int>> said;
    for (const FailedTry& tried : build.failed_tries) {
        if (tried.probe) continue;
        std::string text = fmt::format("on {}: {} ({})", state_.workers.at(tried.worker).name,
                                       name_of(tried.outcome), tried.sentence);
        const auto known = std::ranges::find(said, text, &std::pair<std::string, int>::first);
        if (known == said.end()) {
            said.emplace_back(std::move(text), 1);
        } else {
            ++known->second;
        }
    }
    std::string list;
    for (const auto& [text, times] : said) {
        list += (list.empty() ? "" : "; ") + text;
        if (times > 1) list += fmt::format(", {} times", times);
    }
    return list;
}

}  // namespace terrace::core
