#include "scheduler/core/farm.hpp"

#include <algorithm>
#include <variant>

#include "common/vocab/check.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

Farm::Farm(const FarmConfig& config, Snapshot snapshot)
    : config_(&config), state_(std::move(snapshot)) {
    for (const auto& [id, build] : state_.builds) {
        builds_of_[build.rebuild].push_back(id);
        index(build);
    }
    for (const auto& [id, comparison] : state_.comparisons) {
        comparisons_of_[comparison.rebuild].push_back(id);
        comparisons_of_build_[comparison.baseline_build].push_back(id);
        comparisons_of_build_[comparison.variant_build].push_back(id);
        index(comparison);
    }
    for (const auto& [id, build] : state_.builds)
        open_[build.rebuild] += is_final(build.state) ? 0 : 1;
    for (const auto& [id, comparison] : state_.comparisons)
        open_[comparison.rebuild] += is_final(comparison.state) ? 0 : 1;
    for (const auto& [id, lease] : state_.leases) index(lease);
}

Decision Farm::apply(const Event& event, TimePoint now) {
    return std::visit([&](const auto& e) { return on(e, now); }, event);
}

Decision Farm::tick(TimePoint now) {
    Decision decision;
    while (!lease_deadlines_.empty() && lease_deadlines_.begin()->first <= now) {
        const Lease lease = state_.leases.at(lease_deadlines_.begin()->second);
        sim_mark("lease expired");
        lose_lease(lease, "The lease expired: its worker has been silent.", now, decision);
    }
    return decision;
}

Decision Farm::resume(TimePoint now) {
    Decision decision;
    std::vector<Lease> leases;
    for (const auto& [attempt, lease] : state_.leases) leases.push_back(lease);
    for (Lease& lease : leases) {
        if (lease.expires_at >= now + config_->lease_length) continue;
        lease.expires_at = now + config_->lease_length;
        record(decision, std::move(lease));
    }
    std::vector<Comparison> unmeasurable;
    for (const auto& [id, row] : state_.comparisons) {
        const std::string& source = state_.source_packages.at(row.source_package).name;
        if (row.state == ComparisonState::ready && !config_->benchmarks.contains(source)) {
            unmeasurable.push_back(row);
        }
    }
    for (Comparison& comparison : unmeasurable) {
        const RebuildId rebuild = comparison.rebuild;
        decide(std::move(comparison), Verdict::no_benchmark, "Its benchmark file is gone.", now,
               decision);
        settle_rebuild(rebuild, now, decision);
    }
    return decision;
}

std::vector<Effect> Farm::effects(TimePoint now) const {
    std::vector<Effect> effects;
    for (const auto& [id, compose] : state_.composes) {
        if (compose.state != ComposeState::pending || compose.not_before > now) continue;
        RunCompose run{compose, {}, compose_repos(config_->releases.at(compose.release))};
        const auto packages = state_.compose_packages.find(id);
        if (packages != state_.compose_packages.end()) {
            for (const auto& [key, package] : packages->second) run.packages.push_back(package);
        }
        effects.emplace_back(std::move(run));
    }
    return effects;
}

/// The only place where state_ changes; the indexes follow.
void Farm::record(Decision& decision, Change change) {
    if (const auto* build = std::get_if<Build>(&change)) {
        const auto old = state_.builds.find(build->id);
        const bool was_open = old != state_.builds.end() && !is_final(old->second.state);
        if (old == state_.builds.end()) builds_of_[build->rebuild].push_back(build->id);
        open_[build->rebuild] += (is_final(build->state) ? 0 : 1) - (was_open ? 1 : 0);
    } else if (const auto* comparison = std::get_if<Comparison>(&change)) {
        const auto old = state_.comparisons.find(comparison->id);
        const bool was_open = old != state_.comparisons.end() && !is_final(old->second.state);
        if (old == state_.comparisons.end()) {
            comparisons_of_[comparison->rebuild].push_back(comparison->id);
            comparisons_of_build_[comparison->baseline_build].push_back(comparison->id);
            comparisons_of_build_[comparison->variant_build].push_back(comparison->id);
        }
        open_[comparison->rebuild] += (is_final(comparison->state) ? 0 : 1) - (was_open ? 1 : 0);
    } else if (const auto* ended = std::get_if<LeaseEnded>(&change)) {
        ++work_news_;
        const Lease& lease = state_.leases.at(ended->attempt);
        lease_deadlines_.erase({lease.expires_at, lease.attempt});
        lease_of_slot_.erase({lease.worker, lease.slot});
        if (lease.build) lease_of_build_.erase(*lease.build);
        if (lease.comparison) lease_of_comparison_.erase(*lease.comparison);
    } else if (const auto* lease = std::get_if<Lease>(&change)) {
        const auto old = state_.leases.find(lease->attempt);
        if (old != state_.leases.end())
            lease_deadlines_.erase({old->second.expires_at, lease->attempt});
    }

    apply_change(state_, change);

    if (const auto* build = std::get_if<Build>(&change)) index(*build);
    if (const auto* comparison = std::get_if<Comparison>(&change)) index(*comparison);
    if (const auto* lease = std::get_if<Lease>(&change)) index(*lease);
    decision.changes.push_back(std::move(change));
}

void Farm::index(const Build& build) {
    if (build.state == BuildState::ready) {
        ++work_news_;
        ready_.put({.what = build.id,
                    .run_level = variant_of(build).run_level,
                    .priority = state_.rebuilds.at(build.rebuild).priority,
                    .not_before = build.not_before,
                    .avoid = build.avoid});
    } else {
        ready_.remove(build.id);
    }
    if (build.reused_from) return;
    if (build.state == BuildState::succeeded) {
        succeeded_by_identity_[build.identity][build.id] = build.dist;
    }
    if (build.state == BuildState::failed || build.state == BuildState::cancelled) {
        claims_.erase(claim_of(build));
    } else {
        claims_.insert(claim_of(build));
    }
}

void Farm::index(const Comparison& comparison) {
    if (comparison.state == ComparisonState::ready) {
        ++work_news_;
        const Build& build = state_.builds.at(comparison.variant_build);
        ready_.put({.what = comparison.id,
                    .run_level = variant_of(build).run_level,
                    .priority = state_.rebuilds.at(comparison.rebuild).priority,
                    .not_before = comparison.not_before,
                    .avoid = {}});
    } else {
        ready_.remove(comparison.id);
    }
    if (comparison.state == ComparisonState::decided) {
        // Only what was found out is inherited, not that nothing could be.
        const bool found_out =
            comparison.verdict == Verdict::identical || !comparison.results.empty();
        if (found_out) decided_by_builds_.try_emplace(origins_of(comparison), comparison.id);
    }
}

void Farm::index(const Lease& lease) {
    lease_deadlines_.insert({lease.expires_at, lease.attempt});
    lease_of_slot_[{lease.worker, lease.slot}] = lease.attempt;
    if (lease.build) lease_of_build_[*lease.build] = lease.attempt;
    if (lease.comparison) lease_of_comparison_[*lease.comparison] = lease.attempt;
}

void Farm::move(Build build, BuildEvent event, TimePoint now, Decision& decision) {
    const auto next = next_state(build.state, event);
    TERRACE_CHECK(next.has_value());
    build.state = *next;
    if (is_final(build.state)) build.finished_at = now;
    record(decision, std::move(build));
}

void Farm::move(Comparison comparison, ComparisonEvent event, TimePoint now, Decision& decision) {
    const auto next = next_state(comparison.state, event);
    TERRACE_CHECK(next.has_value());
    comparison.state = *next;
    if (comparison.state == ComparisonState::decided) comparison.decided_at = now;
    record(decision, std::move(comparison));
}

const ReleaseSpec& Farm::release_of(RebuildId rebuild) const {
    return config_->releases.at(state_.rebuilds.at(rebuild).release);
}

const VariantSpec& Farm::variant_of(const Build& build) const {
    const VariantSpec* variant = release_of(build.rebuild).variant(build.variant);
    TERRACE_CHECK(variant != nullptr);
    return *variant;
}

Farm::NevraClaim Farm::claim_of(const Build& build) const {
    return {state_.rebuilds.at(build.rebuild).release,
            state_.source_packages.at(build.source_package).name, build.variant, build.dist};
}

const Build& Farm::origin_of(const Build& build) const {
    return build.reused_from ? state_.builds.at(*build.reused_from) : build;
}

std::pair<BuildId, BuildId> Farm::origins_of(const Comparison& comparison) const {
    return {origin_of(state_.builds.at(comparison.baseline_build)).id,
            origin_of(state_.builds.at(comparison.variant_build)).id};
}

std::vector<RpmFile> Farm::rpms_of(const Build& build) const {
    std::vector<RpmFile> rpms;
    const auto found = state_.build_rpms.find(origin_of(build).id);
    if (found == state_.build_rpms.end()) return rpms;
    for (const BuildRpm& rpm : found->second) rpms.push_back(rpm);
    return rpms;
}

}  // namespace terrace::core
