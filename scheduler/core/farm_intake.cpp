// What people bring to the farm: package sets, seeds, rebuilds, cancellations.
#include <algorithm>
#include <set>

#include "common/vocab/check.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/intake.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

Decision Farm::on(const ImportPackageSet& e, TimePoint now) {
    Decision decision;
    if (!config_->releases.contains(e.release)) {
        decision.reply = unknown_release(*config_, e.release);
        return decision;
    }
    if (e.packages.empty()) {
        decision.reply =
            Error{Errc::invalid_argument, "The package set is empty: nothing was imported."};
        return decision;
    }
    const PackageSetId set = next_id(state_.package_sets);
    SourcePackageId next = next_id(state_.source_packages);
    record(decision, PackageSet{set, e.release, now});
    for (SourcePackage package : e.packages) {
        package.id = next;
        package.package_set = set;
        ++next.value;
        record(decision, std::move(package));
    }
    decision.reply = Reply{MadePackageSet{set}};
    return decision;
}

Decision Farm::on(const AddSeed& e, TimePoint now) {
    Decision decision;
    if (!config_->releases.contains(e.release)) {
        decision.reply = unknown_release(*config_, e.release);
        return decision;
    }
    // Added again, it becomes the newest, which is the one that rebuilds use.
    record(decision, Seed{e.id, e.release, e.repos, now});
    return decision;
}

void Farm::cancel(const Build& build, TimePoint now, Decision& decision) {
    if (const auto lease = lease_of_build_.find(build.id); lease != lease_of_build_.end()) {
        AttemptReport report;
        report.outcome = Outcome::cancelled;
        report.evidence = "Cancelled on request.";
        end_attempt(state_.leases.at(lease->second), report, now, decision);
    }
    Build ended = state_.builds.at(build.id);
    ended.outcome = Outcome::cancelled;
    ended.evidence = "Cancelled on request.";
    move(std::move(ended), BuildEvent::cancel, now, decision);
}

void Farm::cancel(const Comparison& comparison,
                  TimePoint now,
                  Decision& decision,
                  std::string why) {
    if (const auto lease = lease_of_comparison_.find(comparison.id);
        lease != lease_of_comparison_.end()) {
        AttemptReport report;
        report.outcome = Outcome::cancelled;
        report.evidence = "Cancelled.";
        end_attempt(state_.leases.at(lease->second), report, now, decision);
    }
    Comparison ended = state_.comparisons.at(comparison.id);
    if (!why.empty()) ended.reason = std::move(why);
    move(std::move(ended), ComparisonEvent::cancel, now, decision);
}

Decision Farm::on(const CancelBuild& e, TimePoint now) {
    Decision decision;
    const auto found = state_.builds.find(e.build);
    if (found == state_.builds.end()) {
        decision.reply = no_such("build", e.build);
    } else if (is_final(found->second.state)) {
        decision.reply = Error{Errc::conflict, "Build " + std::to_string(e.build.value) +
                                                   " has ended already: it is " +
                                                   name_of(found->second.state) + "."};
    } else {
        sim_mark("build cancelled");
        cancel(found->second, now, decision);
        build_ended(e.build, now, decision);
        settle_rebuild(found->second.rebuild, now, decision);
    }
    return decision;
}

Decision Farm::on(const CancelRebuild& e, TimePoint now) {
    Decision decision;
    const auto found = state_.rebuilds.find(e.rebuild);
    if (found == state_.rebuilds.end()) {
        decision.reply = no_such("rebuild", e.rebuild);
        return decision;
    }
    if (found->second.state != RebuildState::running) {
        decision.reply = Error{Errc::conflict, "Rebuild " + std::to_string(e.rebuild.value) +
                                                   " cannot be cancelled: it is " +
                                                   name_of(found->second.state) + "."};
        return decision;
    }
    sim_mark("rebuild cancelled");
    for (const ComparisonId id : comparisons_of_[e.rebuild]) {
        if (!is_final(state_.comparisons.at(id).state))
            cancel(state_.comparisons.at(id), now, decision);
    }
    cancel_those_of_itself(e.rebuild, now, decision);
    for (const BuildId id : builds_of_[e.rebuild]) {
        if (!is_final(state_.builds.at(id).state)) cancel(state_.builds.at(id), now, decision);
    }
    Rebuild rebuild = found->second;
    rebuild.state = RebuildState::cancelled;
    rebuild.finished_at = now;
    record(decision, std::move(rebuild));
    return decision;
}

Decision Farm::on(const PauseRebuild& e, TimePoint) {
    Decision decision;
    const auto found = state_.rebuilds.find(e.rebuild);
    if (found == state_.rebuilds.end()) {
        decision.reply = no_such("rebuild", e.rebuild);
    } else if (found->second.state != RebuildState::running) {
        decision.reply = Error{Errc::conflict, "Rebuild " + std::to_string(e.rebuild.value) +
                                                   " cannot be paused or resumed: it is " +
                                                   name_of(found->second.state) + "."};
    } else if (found->second.paused != e.paused) {
        sim_mark("rebuild paused or resumed");
        Rebuild rebuild = found->second;
        rebuild.paused = e.paused;
        record(decision, std::move(rebuild));
        ++work_news_;
    }
    return decision;
}

}  // namespace terrace::core
