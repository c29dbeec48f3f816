// What workers ask of the farm: to be known, work, and more time for it.
#include <algorithm>

#include "common/vocab/check.hpp"
#include "common/vocab/cpu_level.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

/// How stale a worker's seen_at may be in the database: one write a heartbeat would be too many.
constexpr Duration kSeenPrecision = std::chrono::seconds(30);

const Error kNotRegistered{Errc::not_found,
                           "The farm does not know this worker process; it must register first."};

}  // namespace

Decision Farm::on(const RegisterWorker& e, TimePoint now) {
    Decision decision;
    if (e.hello.name.empty() || e.hello.incarnation.empty() || e.hello.slots < 1) {
        decision.reply = Error{Errc::invalid_argument,
                               "A worker needs a name, an incarnation and at least one slot."};
        return decision;
    }
    Worker worker;
    worker.id = {state_.workers.empty() ? 1 : state_.workers.rbegin()->first.value + 1};
    if (const Worker* known = worker_named(e.hello.name)) {
        worker.id = known->id;
        const bool is_there = known->seen_at + config_->lease_length + kSeenPrecision > now;
        if (known->hello.host != e.hello.host && is_there) {
            decision.reply =
                Error{Errc::conflict, "Another machine works under the name '" + known->name +
                                          "': give each worker a name of its own."};
            return decision;
        }
    }
    worker.name = e.hello.name;
    worker.hello = e.hello;
    // The registers decide, not what the worker believes; its faults can only take from them.
    const CpuidLeaves proven = without(e.hello.leaves, e.hello.features_faulting);
    worker.hello.features = features_of(proven);
    worker.hello.features_missing = features_missing_for_next_level(proven);
    worker.level = std::min(proven_level(e.hello), e.hello.level_max);
    worker.registered_at = now;
    worker.seen_at = now;
    if (worker.level == Level::none) {
        decision.reply =
            Error{Errc::invalid_argument, "Worker '" + worker.name +
                                              "' may run no x86_64 code: its CPUID "
                                              "leaves or its level_max give level none."};
        return decision;
    }
    record(decision, worker);

    for (const Lease& lease : leases_of(worker.id)) {
        if (lease.incarnation == e.hello.incarnation) continue;
        sim_mark("worker restarted with a live lease");
        lose_lease(lease,
                   "The worker was started anew: its earlier process and what it ran are gone.",
                   now, decision);
    }
    take_back_what_exceeds(worker.id, now, decision);
    decision.reply = Reply{Registered{worker.id, worker.level, config_->heartbeat_interval}};
    return decision;
}

/// The same process on another CPU, or with other microcode: what it runs may need what it no
/// longer has. The worker learns it from its next heartbeat, and another one tries the build.
void Farm::take_back_what_exceeds(WorkerId id, TimePoint now, Decision& decision) {
    const Fleet::Entry& worker = fleet_.at(id);
    for (const Lease& lease : leases_of(id)) {
        const Unfit unfit = Fleet::unfit(
            worker, lease.build ? placement_of(state_.builds.at(*lease.build))
                                : placement_of(state_.comparisons.at(*lease.comparison)));
        if (unfit != Unfit::level && unfit != Unfit::vendor && unfit != Unfit::feature) continue;
        sim_mark("worker's level fell under a live lease");
        lose_lease(lease,
                   "The worker's CPU changed under it: it is " + name_of(worker.level) +
                       " now, and lacks what this attempt needs.",
                   now, decision);
    }
}

const Lease* Farm::lease_of_slot(WorkerId worker, int slot) const {
    const auto found = lease_of_slot_.find({worker, slot});
    return found == lease_of_slot_.end() ? nullptr : &state_.leases.at(found->second);
}

/// Copies: who asks is about to end some of them.
std::vector<Lease> Farm::leases_of(WorkerId worker) const {
    std::vector<Lease> leases;
    for (auto slot = lease_of_slot_.lower_bound({worker, 0});
         slot != lease_of_slot_.end() && slot->first.first == worker; ++slot) {
        leases.push_back(state_.leases.at(slot->second));
    }
    return leases;
}

const Worker* Farm::worker_named(const std::string& name) const {
    const auto named = std::ranges::find_if(
        state_.workers, [&](const auto& row) { return row.second.name == name; });
    return named == state_.workers.end() ? nullptr : &named->second;
}

const Lease* Farm::live(const LeaseKey& key) const {
    const auto found = state_.leases.find(key.attempt);
    return found == state_.leases.end() || found->second.fence != key.fence ? nullptr
                                                                            : &found->second;
}

/// A comparison needs the whole host quiet, whichever of its workers runs it.
SlotOffer Farm::offer_to(WorkerId worker, TimePoint now) const {
    const Fleet::Host& host = fleet_.host_of(worker);
    SlotOffer offer;
    offer.worker = &fleet_.at(worker);
    offer.builds = host.comparisons == 0;
    offer.comparisons = host.leases == 0;
    offer.background =
        fleet_.background_allowed(offer.worker->level, config_->placement.background_headroom);
    offer.only_worker = !fleet_.has_other(worker);
    offer.fleet = &fleet_;
    if (is_quick_slot(offer.worker->level, now)) {
        offer.quick_seconds = std::chrono::duration<double>(config_->placement.quick_build).count();
    }
    return offer;
}

/// Are too few slots about to become free, and is this one of those that should be? They are on
/// the most capable workers, which can run anything. A build that takes far longer than expected
/// does not count for ever.
bool Farm::is_quick_slot(Level level, TimePoint now) const {
    const PlacementPolicy& policy = config_->placement;
    const int wanted = static_cast<int>(policy.quick_slots * fleet_.slots_from(Level::x86_64));
    if (wanted == 0 || level < fleet_.level_of_top_slots(2 * wanted)) return false;
    const auto soon =
        std::ranges::count_if(quick_leases_, [&](const auto& lease) { return now < lease.second; });
    return soon < wanted;
}

Decision Farm::on(const RequestLease& e, TimePoint now) {
    Decision decision;
    const auto found = state_.workers.find(e.worker);
    if (found == state_.workers.end() || found->second.hello.incarnation != e.incarnation) {
        decision.reply = kNotRegistered;
        return decision;
    }
    const Worker& worker = found->second;
    if (e.slot < 0 || e.slot >= worker.hello.slots) {
        decision.reply = Error{Errc::invalid_argument, "Worker '" + worker.name + "' has no slot " +
                                                           std::to_string(e.slot) + "."};
        return decision;
    }
    if (const Lease* held = lease_of_slot(e.worker, e.slot)) {
        // Our answer was lost on its way: the slot asks again and gets what it already holds.
        sim_mark("slot asked again");
        Lease renewed = *held;
        renewed.expires_at = now + config_->lease_length;
        record(decision, renewed);
        decision.reply = Reply{grant_of(renewed)};
        return decision;
    }
    const PlacementPolicy& policy = config_->placement;
    const bool admitted = fleet_.at(worker.id).admitted;
    const ReadyItem* item = admitted
                                ? ready_.find(offer_to(worker.id, now), now, policy.reserve_after)
                                : find_probe(worker.id, now);
    if (item) {
        decision.reply = Reply{grant(worker, e, ReadyItem(*item), now, decision)};
        if (!admitted) note_probe(worker.id, decision);
        if (ready_.take_refused_for_others()) ++work_news_;
    } else {
        decision.reply = Reply{NoLease{}};
        if (admitted) fleet_.waits(worker.id, e.slot, now + policy.slot_waits);
    }
    return decision;
}

LeaseGrant Farm::grant(const Worker& worker,
                       const RequestLease& request,
                       const ReadyItem& item,
                       TimePoint now,
                       Decision& decision) {
    Attempt attempt;
    attempt.id = {state_.last_attempt.value + 1};
    attempt.fence = state_.last_fence + 1;
    attempt.worker = worker.id;
    attempt.slot = request.slot;
    attempt.started_at = now;

    Lease lease;
    lease.attempt = attempt.id;
    lease.fence = attempt.fence;
    lease.worker = worker.id;
    lease.slot = request.slot;
    lease.incarnation = request.incarnation;
    lease.resources = Fleet::set_aside(fleet_.at(worker.id), item.placement);
    lease.granted_at = now;
    lease.expires_at = now + config_->lease_length;

    if (const auto* id = std::get_if<BuildId>(&item.what)) {
        Build build = state_.builds.at(*id);
        attempt.build = lease.build = *id;
        attempt.number = lease.number = ++build.attempts;
        record(decision, attempt);
        move(std::move(build), BuildEvent::lease_granted, now, decision);
    } else {
        Comparison comparison = state_.comparisons.at(std::get<ComparisonId>(item.what));
        attempt.comparison = lease.comparison = comparison.id;
        attempt.number = lease.number = ++comparison.attempts;
        record(decision, attempt);
        move(std::move(comparison), ComparisonEvent::lease_granted, now, decision);
    }
    record(decision, lease);
    ready_.shares().granted(item.rebuild, now);
    const Duration quick = config_->placement.quick_build;
    if (!item.is_comparison() && item.rank <= std::chrono::duration<double>(quick).count())
        quick_leases_[attempt.id] = now + 2 * quick;
    return grant_of(lease);
}

LeaseGrant Farm::grant_of(const Lease& lease) const {
    LeaseGrant grant;
    grant.attempt = lease.attempt;
    grant.fence = lease.fence;
    grant.expires_at = lease.expires_at;
    const Seed& seed = state_.seeds.at(state_.rebuilds.at(rebuild_of(lease)).seed);
    grant.seed = seed.id;
    grant.seed_repos = seed.repos;
    if (lease.build) {
        grant.build = order_for(state_.builds.at(*lease.build));
        grant.build->resources = lease.resources;
    }
    if (lease.comparison)
        grant.comparison =
            order_for(state_.comparisons.at(*lease.comparison), fleet_.at(lease.worker).cpu);
    return grant;
}

BuildOrder Farm::order_for(const Build& build) const {
    const SourcePackage& package = state_.source_packages.at(build.source_package);
    const VariantSpec& variant = variant_of(build);
    BuildOrder order;
    order.package = package.name;
    order.srpm_name = package.srpm_name;
    order.srpm_digest = package.srpm_digest;
    order.mock_config = variant.mock_config;
    order.target_arch = variant.target_arch;
    order.target_level = variant.target_level;
    order.dist = build.dist;
    order.defines = variant.defines;
    order.require_march = variant.target_level > release_of(build.rebuild).baseline().target_level;
    const PackageRule& rule = release_of(build.rebuild).rule(package.name);
    order.extra_flags = rule.extra_flags;
    order.skip_check = !rule.skip_check.empty();
    order.buildroot_rpms = buildroot_rpms_of(build);
    order.timeout = rule.timeout.value_or(config_->build_timeout);
    order.silence_max = rule.silence.value_or(config_->build_silence);
    return order;
}

ComparisonOrder Farm::order_for(const Comparison& comparison, const std::string& cpu) const {
    const ReleaseSpec& release = release_of(comparison.rebuild);
    const SourcePackage& package = state_.source_packages.at(comparison.source_package);
    ComparisonOrder order;
    order.benchmark = config_->benchmarks.at(package.name);
    order.mock_config = release.baseline().mock_config;
    order.baseline_rpms = rpms_of(state_.builds.at(comparison.baseline_build));
    order.variant_rpms = rpms_of(state_.builds.at(comparison.variant_build));
    const auto is_source = [](const RpmFile& rpm) { return rpm.nevra.arch == "src"; };
    std::erase_if(order.baseline_rpms, is_source);
    std::erase_if(order.variant_rpms, is_source);
    const Progress progress = progress_of(comparison, cpu);
    order.benchmark_digest = digest_of(order.benchmark);
    order.pairs_done = progress.pairs;
    order.pairs_next = judge(comparison, progress).pairs_next.value_or(progress.pairs);
    order.timeout = config_->comparison_timeout;
    return order;
}

Decision Farm::on(const RenewLeases& e, TimePoint now) {
    Decision decision;
    const auto found = state_.workers.find(e.worker);
    if (found == state_.workers.end() || found->second.hello.incarnation != e.incarnation) {
        Renewed unknown{.ended = {}, .register_again = true};
        for (const LeaseKey& key : e.running) unknown.ended.push_back(key.attempt);
        decision.reply = Reply{std::move(unknown)};
        return decision;
    }
    Renewed renewed;
    for (const LeaseKey& key : e.running) {
        const Lease* lease = live(key);
        if (!lease || lease->worker != e.worker) {
            sim_mark("heartbeat for an ended lease");
            renewed.ended.push_back(key.attempt);
        } else if (lease->expires_at < now + config_->lease_length) {
            Lease longer = *lease;
            longer.expires_at = now + config_->lease_length;
            record(decision, std::move(longer));
        }
    }
    if (found->second.seen_at + kSeenPrecision <= now) {
        Worker worker = found->second;
        worker.seen_at = now;
        if (e.disk_bytes_free > 0) worker.hello.disk_bytes_free = e.disk_bytes_free;
        record(decision, std::move(worker));
    }
    decision.reply = Reply{std::move(renewed)};
    return decision;
}

Decision Farm::on(const CheckLease& e, TimePoint) {
    Decision decision;
    if (!live(e.key))
        decision.reply = Error{Errc::stale_lease, "The lease of this attempt has ended."};
    return decision;
}

}  // namespace terrace::core
