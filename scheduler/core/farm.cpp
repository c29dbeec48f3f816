#include "scheduler/core/farm.hpp"

#include <algorithm>
#include <variant>

#include "common/vocab/check.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

Farm::Farm(const FarmConfig& config, Snapshot snapshot)
    : config_(&config), state_(std::move(snapshot)), ready_(config.placement.fair_share_half_life) {
    for (const auto& [id, package] : state_.source_packages)
        first_source_of_.try_emplace(package.package_set, id);
    for (const auto& [id, worker] : state_.workers) fleet_.put(worker);
    for (const auto& [id, health] : state_.worker_health)
        fleet_.admit(id, health.admission == Admission::enabled);
    for (const auto& [id, build] : state_.builds) {
        builds_of_[build.rebuild].push_back(id);
        open_[build.rebuild] += is_final(build.state) ? 0 : 1;
    }
    for (const auto& [id, comparison] : state_.comparisons) {
        if (comparison.kind == ComparisonKind::aa) {
            index_of_itself(comparison);
            continue;
        }
        comparisons_of_[comparison.rebuild].push_back(id);
        comparisons_of_build_[comparison.baseline_build].push_back(id);
        comparisons_of_build_[comparison.variant_build].push_back(id);
        open_[comparison.rebuild] += is_final(comparison.state) ? 0 : 1;
    }
    for (const auto& [id, rebuild] : state_.rebuilds) {
        if (open_of_itself_.contains(id) && is_final(rebuild.state))
            ready_.set_rebuild(id, rebuild.share, false);
        if (is_final(rebuild.state)) continue;
        ready_.set_rebuild(id, rebuild.share, rebuild.paused);
        if (rebuild.mode == Mode::ordered) TERRACE_CHECK(make_order(rebuild));
    }
    for (const auto& [id, build] : state_.builds) index(build);
    for (const auto& [id, comparison] : state_.comparisons) index(comparison);
    for (const auto& [id, lease] : state_.leases) {
        index(lease);
        ready_.shares().granted(rebuild_of(lease), lease.granted_at);
    }
}

Decision Farm::apply(const Event& event, TimePoint now) {
    Decision decision = std::visit([&](const auto& e) { return on(e, now); }, event);
    settle_due(now, decision);
    return decision;
}

Decision Farm::tick(TimePoint now) {
    Decision decision;
    find_critical(now);
    while (!lease_deadlines_.empty() && lease_deadlines_.begin()->first <= now) {
        const Lease lease = state_.leases.at(lease_deadlines_.begin()->second);
        sim_mark("lease expired");
        lose_lease(lease, "The lease expired: its worker has been silent.", now, decision);
    }
    settle_due(now, decision);
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
    cancel_unconfigured(now, decision);
    decide_without_lease(now, decision);
    settle_due(now, decision);
    start_composes(now, decision);  // those that waited for what a move needed from the database
    return decision;
}

std::vector<Effect> Farm::effects(TimePoint now, const std::set<ComposeId>& composing) const {
    std::vector<Effect> effects = to_resolve(now);
    for (const auto& [id, compose] : state_.composes) {
        const bool due = compose.state == ComposeState::pending && compose.not_before <= now;
        if (due && !composing.contains(id)) effects.emplace_back(order_for(compose));
    }
    for (const auto& [id, move] : state_.stream_moves) {
        const auto release = config_->releases.find(move.release);
        if (move.state != MoveState::pending || move.kind == MoveKind::publish) continue;
        if (release == config_->releases.end()) continue;  // it waits for its release to come back
        effects.emplace_back(RunMove{move, late_composes(move.release, move.stream, move.compose),
                                     release->second.composes_kept, clients_of(move)});
    }
    return effects;
}

/// The only place where state_ changes; the indexes follow.
void Farm::record(Decision& decision, Change change) {
    if (const auto* build = std::get_if<Build>(&change)) {
        const auto old = state_.builds.find(build->id);
        const bool was_open = old != state_.builds.end() && !is_final(old->second.state);
        if (old == state_.builds.end()) {
            builds_of_[build->rebuild].push_back(build->id);
        } else if (old->second.dist != build->dist) {
            claims_.erase(claim_of(old->second));
        }
        open_[build->rebuild] += (is_final(build->state) ? 0 : 1) - (was_open ? 1 : 0);
    } else if (const auto* comparison = std::get_if<Comparison>(&change);
               comparison && comparison->kind == ComparisonKind::ab) {
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
        quick_leases_.erase(ended->attempt);
        unindex(state_.leases.at(ended->attempt));
    } else if (const auto* lease = std::get_if<Lease>(&change)) {
        const auto old = state_.leases.find(lease->attempt);
        if (old != state_.leases.end()) unindex(old->second);
    } else if (const auto* worker = std::get_if<Worker>(&change)) {
        fleet_.put(*worker);
    } else if (const auto* health = std::get_if<WorkerHealth>(&change)) {
        admit(*health);
    } else if (const auto* rebuild = std::get_if<Rebuild>(&change)) {
        // What remains to be done of one that has ended is its baselines against themselves.
        ready_.set_rebuild(rebuild->id, rebuild->share,
                           rebuild->paused && !is_final(rebuild->state));
        if (is_final(rebuild->state)) {
            orders_.erase(rebuild->id);
            critical_open_.erase(rebuild->id);
        }
    } else if (const auto* package = std::get_if<SourcePackage>(&change)) {
        first_source_of_.try_emplace(package->package_set, package->id);
    }

    apply_change(state_, change);

    if (const auto* build = std::get_if<Build>(&change)) index(*build);
    if (const auto* comparison = std::get_if<Comparison>(&change)) {
        index(*comparison);
        if (comparison->kind == ComparisonKind::aa) index_of_itself(*comparison);
    }
    if (const auto* rebuild = std::get_if<Rebuild>(&change)) forget_if_ended(rebuild->id);
    if (const auto* lease = std::get_if<Lease>(&change)) index(*lease);
    decision.changes.push_back(std::move(change));
}

void Farm::admit(const WorkerHealth& health) {
    const bool admitted = health.admission == Admission::enabled;
    if (fleet_.at(health.worker).admitted == admitted) return;
    fleet_.admit(health.worker, admitted);
    ready_.unreserve(health.worker);
    ++work_news_;  // for it, or for those that take what it was to run
}

void Farm::index(const Build& build) {
    put_ready(build);
    if (build.reused_from) return;
    if (build.state == BuildState::succeeded && !build.removed_at) {
        succeeded_by_identity_[build.identity][build.id] = build.dist;
    } else if (build.removed_at) {
        succeeded_by_identity_[build.identity].erase(build.id);
    }
    if (build.state == BuildState::failed || build.state == BuildState::cancelled) {
        claims_.erase(claim_of(build));
    } else {
        claims_.insert(claim_of(build));
    }
}

void Farm::index(const Comparison& comparison) {
    if (comparison.state == ComparisonState::ready && is_configured(comparison)) {
        ++work_news_;
        ReadyItem item{.what = comparison.id,
                       .rebuild = comparison.rebuild,
                       .priority = state_.rebuilds.at(comparison.rebuild).priority,
                       .placement = placement_of(comparison),
                       .not_before = comparison.not_before,
                       .avoid = {},
                       .of_itself = comparison.kind == ComparisonKind::aa};
        ready_.put(item);
    } else {
        ready_.remove(comparison.id);
    }
    // Only what was measured is inherited, not that nothing could be.
    if (comparison.state == ComparisonState::decided && !comparison.verdict_key.empty())
        measured_by_key_[comparison.verdict_key].insert(comparison.id);
}

void Farm::index(const Lease& lease) {
    lease_deadlines_.insert({lease.expires_at, lease.attempt});
    lease_of_slot_[{lease.worker, lease.slot}] = lease.attempt;
    if (lease.build) lease_of_build_[*lease.build] = lease.attempt;
    if (lease.comparison) lease_of_comparison_[*lease.comparison] = lease.attempt;
    fleet_.leased(lease);
}

void Farm::unindex(const Lease& lease) {
    lease_deadlines_.erase({lease.expires_at, lease.attempt});
    lease_of_slot_.erase({lease.worker, lease.slot});
    if (lease.build) lease_of_build_.erase(*lease.build);
    if (lease.comparison) lease_of_comparison_.erase(*lease.comparison);
    fleet_.ended(lease);
}

void Farm::move(Build build, BuildEvent event, TimePoint now, Decision& decision) {
    const auto next = next_state(build.state, event);
    TERRACE_CHECK(next.has_value());
    build.state = *next;
    if (is_final(build.state)) {
        build.finished_at = now;
        build.failed_tries.clear();
    }
    record(decision, std::move(build));
}

void Farm::move(Comparison comparison, ComparisonEvent event, TimePoint now, Decision& decision) {
    const auto next = next_state(comparison.state, event);
    TERRACE_CHECK(next.has_value());
    comparison.state = *next;
    if (comparison.state == ComparisonState::decided) comparison.decided_at = now;
    record(decision, std::move(comparison));
}

RebuildId Farm::rebuild_of(const Lease& lease) const {
    return lease.build ? state_.builds.at(*lease.build).rebuild
                       : state_.comparisons.at(*lease.comparison).rebuild;
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
