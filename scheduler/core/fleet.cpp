#include "scheduler/core/fleet.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <set>

#include "common/vocab/names.hpp"

namespace terrace::core {
namespace {

std::size_t index_of(Level level) {
    return static_cast<std::size_t>(level);
}

/// To a power of two, or one of the steps that divide each octave evenly in size.
std::int64_t rounded_up(std::int64_t bytes, std::int64_t steps) {
    if (bytes <= 1) return bytes;
    const auto below = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(bytes)));
    const std::int64_t step = std::max<std::int64_t>(1, below / steps);
    return below + (bytes - below + step - 1) / step * step;
}

/// A limit of 0 is none.
bool within(std::int64_t need, std::int64_t limit) {
    return limit <= 0 || need <= limit;
}

/// What was learned has a margin of 1.2 and was rounded up by up to 1.25: two thirds are needed.
bool may_try(std::int64_t need, std::int64_t total, Certainty certainty) {
    switch (certainty) {
        case Certainty::exact: return within(need, total);
        case Certainty::learned: return within(need - need / 3, total);
        case Certainty::guessed: return true;
    }
    return false;
}

/// An estimate never asks for more than there is.
std::int64_t asked(std::int64_t need, std::int64_t total, Certainty certainty) {
    return certainty != Certainty::exact && total > 0 ? std::min(need, total) : need;
}

}  // namespace

Resources size_class_of(const Resources& needs) {
    return {needs.cores, rounded_up(needs.memory_bytes, 4), rounded_up(needs.disk_bytes, 1)};
}

std::string cpu_of(const WorkerHello& hello) {
    return hello.vendor + " " + hello.model;
}

void Fleet::put(const Worker& worker) {
    Entry entry;
    entry.id = worker.id;
    entry.level = worker.level;
    entry.slots = worker.hello.slots;
    entry.cpu = cpu_of(worker.hello);
    entry.vendor = worker.hello.vendor;
    entry.host = worker.hello.host;
    entry.features = worker.hello.features;
    std::ranges::sort(entry.features);
    entry.total = {worker.hello.cores, worker.hello.memory_bytes, worker.hello.disk_bytes_free};
    if (const auto known = workers_.find(worker.id); known != workers_.end()) {
        const Entry& before = known->second;
        count(before, -1);
        // Its leases stay with it, at whatever level and host it is now.
        hosts_[before.host].leases -= before.leases;
        hosts_[entry.host].leases += before.leases;
        if (before.level != entry.level) {  // its slots ask again at the level that it has now
            waiting_.erase(waiting_.lower_bound({before.level, {worker.id, 0}}),
                           waiting_.lower_bound({before.level, {{worker.id.value + 1}, 0}}));
        }
        entry.used = before.used;
        entry.leases = before.leases;
        entry.admitted = before.admitted;
    }
    count(entry, 1);
    hosts_.try_emplace(entry.host);
    workers_[worker.id] = std::move(entry);
}

void Fleet::count(const Entry& worker, int sign) {
    if (!worker.admitted) return;
    const std::size_t level = index_of(worker.level);
    workers_at_[level] += sign;
    slots_at_[level] += sign * worker.slots;
    leases_at_[level] += sign * worker.leases;
}

void Fleet::admit(WorkerId id, bool admitted) {
    Entry& worker = workers_.at(id);
    if (worker.admitted == admitted) return;
    count(worker, -1);
    worker.admitted = admitted;
    count(worker, 1);
    for (int slot = 0; !admitted && slot < worker.slots; ++slot) waits_no_more(id, slot);
}

void Fleet::leased(const Lease& lease) {
    Entry& worker = workers_.at(lease.worker);
    ++worker.leases;
    worker.used.cores += lease.resources.cores;
    worker.used.memory_bytes += lease.resources.memory_bytes;
    worker.used.disk_bytes += lease.resources.disk_bytes;
    leases_at_[index_of(worker.level)] += worker.admitted ? 1 : 0;
    Host& host = hosts_[worker.host];
    ++host.leases;
    host.comparisons += lease.comparison ? 1 : 0;
    waits_no_more(lease.worker, lease.slot);
}

void Fleet::ended(const Lease& lease) {
    Entry& worker = workers_.at(lease.worker);
    --worker.leases;
    worker.used.cores -= lease.resources.cores;
    worker.used.memory_bytes -= lease.resources.memory_bytes;
    worker.used.disk_bytes -= lease.resources.disk_bytes;
    leases_at_[index_of(worker.level)] -= worker.admitted ? 1 : 0;
    Host& host = hosts_[worker.host];
    --host.leases;
    host.comparisons -= lease.comparison ? 1 : 0;
}

Unfit Fleet::unfit(const Entry& worker, const Placement& placement) {
    if (worker.level < placement.run_level) return Unfit::level;
    if (!placement.vendor.empty() && worker.vendor != placement.vendor) return Unfit::vendor;
    if (!std::ranges::includes(worker.features, placement.features)) return Unfit::feature;
    if (std::ranges::find(placement.excluded_cpus, worker.cpu) != placement.excluded_cpus.end())
        return Unfit::excluded_cpu;
    if (!within(placement.needs.cores, worker.total.cores)) return Unfit::cores;
    if (!may_try(placement.needs.memory_bytes, worker.total.memory_bytes,
                 placement.memory_certainty))
        return Unfit::memory;
    if (!may_try(placement.needs.disk_bytes, worker.total.disk_bytes, placement.disk_certainty))
        return Unfit::disk;
    return Unfit::none;
}

bool Fleet::has_room(const Entry& worker, const Placement& placement) {
    const Resources needs = set_aside(worker, placement);
    return within(worker.used.cores + placement.needs.cores, worker.total.cores) &&
           within(worker.used.memory_bytes + needs.memory_bytes, worker.total.memory_bytes) &&
           within(worker.used.disk_bytes + needs.disk_bytes, worker.total.disk_bytes);
}

Resources Fleet::set_aside(const Entry& worker, const Placement& placement) {
    Resources needs = placement.needs;
    const int free = worker.total.cores - worker.used.cores;
    needs.cores = std::max(needs.cores, std::min(free, worker.total.cores / worker.slots));
    needs.memory_bytes =
        asked(needs.memory_bytes, worker.total.memory_bytes, placement.memory_certainty);
    needs.disk_bytes = asked(needs.disk_bytes, worker.total.disk_bytes, placement.disk_certainty);
    return needs;
}

bool Fleet::any_fits(const Placement& placement) const {
    return std::ranges::any_of(workers_, [&](const auto& worker) {
        return unfit(worker.second, placement) == Unfit::none;
    });
}

bool Fleet::other_fits(WorkerId id, const Placement& placement) const {
    return std::ranges::any_of(workers_, [&](const auto& entry) {
        const auto& [other, worker] = entry;
        return other != id && worker.admitted && unfit(worker, placement) == Unfit::none;
    });
}

bool Fleet::any_has_memory(std::int64_t bytes) const {
    return std::ranges::any_of(workers_, [&](const auto& worker) {
        return within(bytes, worker.second.total.memory_bytes);
    });
}

bool Fleet::has_other(WorkerId id) const {
    int others = at(id).admitted ? -1 : 0;
    for (std::size_t level = index_of(at(id).level); level < kLevels; ++level)
        others += workers_at_[level];
    return others > 0;
}

int Fleet::slots_from(Level level) const {
    int slots = 0;
    for (std::size_t i = index_of(level); i < kLevels; ++i) slots += slots_at_[i];
    return slots;
}

Level Fleet::level_of_top_slots(int slots) const {
    for (std::size_t i = kLevels; i-- > index_of(Level::x86_64_v2);) {
        slots -= slots_at_[i];
        if (slots <= 0) return static_cast<Level>(i);
    }
    return Level::x86_64;
}

bool Fleet::background_allowed(Level level, double headroom) const {
    int slots = 0;
    int busy = 0;
    for (std::size_t i = kLevels; i-- > index_of(Level::x86_64);) {
        slots += slots_at_[i];
        busy += leases_at_[i];
        if (i > index_of(level)) continue;  // a slot above is not what it would take
        if (slots - busy - 1 < static_cast<int>(headroom * slots)) return false;
    }
    return true;
}

void Fleet::waits(WorkerId worker, int slot, TimePoint until) {
    waiting_[{at(worker).level, {worker, slot}}] = until;
}

void Fleet::waits_no_more(WorkerId worker, int slot) {
    waiting_.erase({at(worker).level, {worker, slot}});
}

std::vector<WorkerId> Fleet::lesser_that_wait(Level below,
                                              const Placement& placement,
                                              TimePoint now) const {
    std::vector<WorkerId> found;
    const auto end = waiting_.lower_bound({below, {}});
    for (auto slot = waiting_.lower_bound({placement.run_level, {}}); slot != end; ++slot) {
        if (slot->second <= now) continue;
        const Entry& worker = at(slot->first.second.first);
        if (!found.empty() && found.back() == worker.id) continue;
        if (hosts_.at(worker.host).comparisons > 0) continue;
        if (unfit(worker, placement) == Unfit::none && has_room(worker, placement))
            found.push_back(worker.id);
    }
    return found;
}

std::string why_unplaceable(const Fleet& fleet, const Placement& placement) {
    if (fleet.workers().empty()) return "The farm knows no worker.";
    if (fleet.other_fits(WorkerId{}, placement)) return "";
    if (fleet.any_fits(placement))
        return "Only workers that are disabled, draining or quarantined could run it.";
    std::set<Unfit> reasons;
    for (const auto& [id, worker] : fleet.workers())
        reasons.insert(Fleet::unfit(worker, placement));
    // The reason of the workers that come nearest: predicates are tried in the enum's order.
    const Unfit nearest = *reasons.rbegin();
    switch (nearest) {
        case Unfit::none: return "";
        case Unfit::level: return "No known worker has level " + name_of(placement.run_level) + ".";
        case Unfit::vendor: return "No known worker has a CPU of " + placement.vendor + ".";
        case Unfit::feature: return "No known worker of its level has all features it requires.";
        case Unfit::excluded_cpu:
            return "Every CPU of its level lacked an instruction that it executes.";
        case Unfit::cores: return "No known worker has as many cores as its rule asks for.";
        case Unfit::memory: return "No known worker has the memory that it takes.";
        case Unfit::disk: return "No known worker has the disk space that it takes.";
    }
    return "";
}

}  // namespace terrace::core
