// How attempts end, and what follows from it for builds and their rebuild.
#include <algorithm>
#include <set>

#include "common/vocab/check.hpp"
#include "common/vocab/sha256.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/abi_groups.hpp"
#include "scheduler/core/gate/audit_gate.hpp"
#include "scheduler/core/gate/verdict_key.hpp"
#include "scheduler/core/retry.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

constexpr std::size_t kBuildrootPackagesMax = 10'000;

/// The file name that rpm gives it; a name from outside becomes part of paths and of keys.
bool has_its_own_name(const RpmFile& rpm) {
    const std::string stem = rpm.nevra.name + "-" + rpm.nevra.version + "-" + rpm.nevra.release;
    const bool plain =
        rpm.filename.find('/') == std::string::npos && !rpm.filename.starts_with('.');
    return plain && (rpm.filename == stem + "." + rpm.nevra.arch + ".rpm" ||
                     (rpm.nevra.arch == "src" && rpm.filename == stem + ".nosrc.rpm"));
}

/// What would not fit into the farm's state; and a report that says `ok` must bring what an ok
/// attempt makes.
std::optional<Error> why_refused(const Lease& lease, const AttemptReport& report) {
    std::set<std::string> names;
    for (const RpmFile& rpm : report.rpms) {
        if (!has_its_own_name(rpm)) {
            return Error{Errc::invalid_argument, "'" + rpm.filename + "' is not the file name of " +
                                                     to_string(rpm.nevra) + "."};
        }
        if (!names.insert(rpm.filename).second || rpm.digest.hex.empty() || rpm.size <= 0) {
            return Error{Errc::invalid_argument,
                         "'" + rpm.filename + "' is reported twice, or without digest or size."};
        }
    }
    if (report.buildroot_packages.size() > kBuildrootPackagesMax || report.bytes_written < 0) {
        return Error{Errc::invalid_argument,
                     "The build root has too many packages, or less than nothing was written."};
    }
    if (report.outcome != Outcome::ok) return std::nullopt;
    const auto is_binary = [](const RpmFile& rpm) { return rpm.nevra.arch != "src"; };
    if (lease.build && std::ranges::none_of(report.rpms, is_binary)) {
        return Error{Errc::invalid_argument, "A build that is ok must report its RPMs."};
    }
    return std::nullopt;
}

}  // namespace

Decision Farm::on(const ReportAttempt& e, TimePoint now) {
    Decision decision;
    const Lease* held = live({e.attempt, e.report.fence});
    if (!held) {
        sim_mark("late report refused");
        decision.reply = Error{Errc::stale_lease,
                               "The lease of this attempt has ended; the report changes nothing."};
        return decision;
    }
    auto error = why_refused(*held, e.report);
    if (!error && held->comparison && e.report.outcome == Outcome::ok)
        error = why_not_measured(*held);
    if (error) {
        decision.reply = std::move(*error);
        return decision;
    }
    finish(Lease(*held), e.report, now, decision);
    return decision;
}

void Farm::finish(const Lease& lease,
                  const AttemptReport& report,
                  TimePoint now,
                  Decision& decision) {
    const bool probe = end_attempt(lease, report, now, decision);
    if (lease.build) {
        finish_build(state_.builds.at(*lease.build), lease, report, probe, now, decision);
        return;
    }
    finish_comparison(state_.comparisons.at(*lease.comparison), lease, report, probe, now,
                      decision);
}

bool Farm::end_attempt(Lease lease,
                       const AttemptReport& report,
                       TimePoint now,
                       Decision& decision) {
    Attempt attempt = state_.attempts.at(lease.attempt);
    attempt.ended_at = now;
    attempt.outcome = report.outcome;
    attempt.evidence = report.evidence;
    attempt.exit_code = report.exit_code;
    attempt.wall_ms = report.wall_ms;
    attempt.cpu_ms = report.cpu_ms;
    attempt.memory_peak_bytes = report.memory_peak_bytes;
    attempt.disk_bytes = report.disk_bytes;
    attempt.bytes_written = report.bytes_written;
    if (lease.build && !report.buildroot_packages.empty()) {
        std::string list;
        for (const std::string& package : report.buildroot_packages) list += package + "\n";
        attempt.buildroot = sha256_of_text(list);
        if (buildroots_written_.insert(*attempt.buildroot).second)
            record(decision, Buildroot{*attempt.buildroot, report.buildroot_packages});
    }
    ready_.shares().ended(rebuild_of(lease), now);
    record(decision, LeaseEnded{lease.attempt});
    record(decision, std::move(attempt));
    const auto health = state_.worker_health.find(lease.worker);
    if (health == state_.worker_health.end() || health->second.probe != lease.attempt) return false;
    end_probe(health->second, lease, report, now, decision);
    return kind_of(report.outcome) != FailureKind::neither;
}

/// The worker is gone, or was: what it ran is tried again, by another if there is one.
void Farm::lose_lease(const Lease& lease,
                      const std::string& why,
                      TimePoint now,
                      Decision& decision) {
    AttemptReport report;
    report.outcome = Outcome::infra_aborted;
    report.evidence = why;
    finish(Lease(lease), report, now, decision);
}

/// What will be different when a build is tried again; false: nothing would be.
bool Farm::prepare_retry(Build& build,
                         const Lease& lease,
                         Outcome outcome,
                         const JudgedFailure& judged,
                         TimePoint now) const {
    if (judged.probe) {
        // It was to prove the worker: the build waits for another as if nothing had been.
        build.avoid = lease.worker;
        build.not_before = now;
        return true;
    }
    const RetryPolicy& policy = config_->retry;
    if (tries_of_its_own(build.failed_tries) >= policy.attempts_max) return false;
    if (outcome == Outcome::oom) {
        // Each doubling is the next size class, up to what the largest worker has.
        const std::int64_t more = 2 * lease.resources.memory_bytes;
        if (more <= 0 || !fleet_.any_has_memory(more)) return false;
        build.memory_bytes_min = more;
        return true;
    }
    if (judged.second_opinion) {
        build.avoid = lease.worker;
        build.not_before = now + retry_delay(policy, tries_of_its_own(build.failed_tries));
        return true;
    }
    if (!is_retried(outcome)) return false;
    if (judged.counts && ++build.infra_failures >= policy.infra_failures_max) return false;
    if (outcome == Outcome::isa_mismatch) {
        // The same CPU would fault again, whichever host it is in.
        build.excluded_cpus.push_back(fleet_.at(lease.worker).cpu);
        if (!fleet_.any_fits(placement_of(build))) return false;
    } else {
        build.avoid = lease.worker;
    }
    build.not_before = now + retry_delay(policy, tries_of_its_own(build.failed_tries));
    return true;
}

void Farm::finish_build(Build build,
                        const Lease& lease,
                        const AttemptReport& report,
                        bool probe,
                        TimePoint now,
                        Decision& decision) {
    build.outcome = report.outcome;
    build.evidence = report.evidence;
    const BuildId id = build.id;
    if (report.outcome == Outcome::ok) {
        note_success(lease, &build, now, decision);
    } else {
        const JudgedFailure judged = judge_failure(build, lease, report, probe, now, decision);
        if (prepare_retry(build, lease, report.outcome, judged, now)) {
            if (report.outcome == Outcome::oom) sim_mark("oom: more memory");
            if (judged.second_opinion) sim_mark("second opinion");
            if (!judged.counts) sim_mark("worker blamed");
            move(std::move(build), BuildEvent::attempt_retry, now, decision);
            return;
        }
        const int tries = tries_of_its_own(build.failed_tries);
        if (tries > 1)
            build.evidence +=
                " It failed " + std::to_string(tries) + " times: " + tries_text(build) + ".";
    }
    if (report.outcome == Outcome::ok) {
        learn(build, report, decision);
        build.code_identity = report.audit.code_identity;
        build.level_used = report.audit.level_used;
        BuildAudit audit{id, report.audit};
        apply_exceptions(config_->audit_exceptions, audit.report);
        build.audit_findings = leak_lines(audit.report);
        build.interfaces = digests_of(audit.report.interfaces);
        build.compilers = compilers_among(report.buildroot_packages);
        build.abi = abi_interface_of(report.buildroot_packages, audit.report.interfaces,
                                     release_of(build.rebuild).compose.abi_group_libraries);
        build.installed_bytes = audit.report.installed_bytes;
        record(decision, std::move(audit));
        for (const RpmFile& rpm : report.rpms) {
            BuildRpm row;
            static_cast<RpmFile&>(row) = rpm;
            row.build = id;
            record(decision, std::move(row));
        }
        move(std::move(build), BuildEvent::attempt_ok, now, decision);
    } else {
        move(std::move(build), BuildEvent::attempt_failed, now, decision);
    }
    build_ended(id, now, decision);
    settle_rebuild(state_.builds.at(id).rebuild, now, decision);
}

void Farm::build_ended(BuildId build, TimePoint now, Decision& decision) {
    const Build& ended = state_.builds.at(build);
    if (BuildOrderState* order = order_of(ended.rebuild)) {
        const auto node = order->graph().node_of(ended.source_package);
        for (const std::uint32_t free : order->ended(*node)) due_.emplace_back(ended.rebuild, free);
    }
    const auto found = comparisons_of_build_.find(build);
    if (found == comparisons_of_build_.end()) return;
    for (const ComparisonId id : found->second) {
        const Comparison comparison = state_.comparisons.at(id);
        if (comparison.state == ComparisonState::waiting)
            settle_comparison(comparison, now, decision);
    }
}

}  // namespace terrace::core
