#include "tests/sim/app/koji_policy.hpp"

#include <algorithm>

namespace terrace::sim {
namespace {

constexpr std::size_t kQueueMax = 1000;
constexpr double kOvercommit = 5;
constexpr double kCapacityOfSlot = 2;  // a host's default, for its one builder

}  // namespace

KojiPolicy::KojiPolicy(const Campaign& campaign, const Fleet& fleet, Duration run_interval)
    : campaign_(campaign), fleet_(fleet), run_interval_(run_interval), readiness_(campaign) {
    double heaviest = 0;
    for (std::size_t i = 0; i < campaign.builds.size(); ++i)
        heaviest = std::max(heaviest, weight_of(static_cast<int>(i)));
    for (const Machine& machine : fleet.machines) {
        Host host;
        host.capacity = std::max(kCapacityOfSlot * machine.slots, heaviest - kOvercommit + 1);
        hosts_.push_back(host);
    }
}

double KojiPolicy::weight_of(int build) const {
    const double seconds = static_cast<double>(campaign_.build(build).estimate.count()) / 1000;
    return 1.5 + std::min(18.0, seconds / 4800);
}

void KojiPolicy::put(int build) {
    const SimRebuild& rebuild = campaign_.rebuild_of(build);
    queue_.insert({-static_cast<int>(rebuild.priority_class), rebuild.submitted, build});
}

KojiPolicy::Host& KojiPolicy::host_of(int slot) {
    const int machine = fleet_.slots[static_cast<std::size_t>(slot)].machine;
    return hosts_[static_cast<std::size_t>(machine)];
}

void KojiPolicy::submit(int rebuild, Duration) {
    for (const int build : readiness_.submit(rebuild)) put(build);
}

void KojiPolicy::ended(const Ended& attempt, Duration) {
    Host& host = host_of(attempt.slot);
    host.load -= weight_of(attempt.build);
    if (--host.running == 0) host.load = 0;  // no rounding is carried on
    if (!attempt.ok) return put(attempt.build);
    for (const int build : readiness_.done(attempt.build)) put(build);
}

std::optional<Duration> KojiPolicy::wake_at(Duration now) const {
    if (queue_.empty() || !last_run_ || run_interval_ == Duration(0)) return std::nullopt;
    const Duration next = *last_run_ + run_interval_;
    return next > now ? std::optional(next) : std::nullopt;
}

/// The slots of a host are alike, so the first free one stands for all.
bool KojiPolicy::may_take(const Host& host, int build, double available_min) const {
    return !host.free_slots.empty() && host.capacity - host.load > available_min &&
           fits(campaign_.build(build),
                fleet_.slots[static_cast<std::size_t>(host.free_slots.front())]);
}

void KojiPolicy::compute_demand(const std::vector<Place>& queue, const std::vector<Host*>& open) {
    for (Host* host : open) host->demand = 0;
    if (open.size() < 2) return;  // ranks decide between hosts
    std::vector<Host*> able;
    double sum = 0;
    for (const auto& [priority, submitted, build] : queue) {
        const double weight = weight_of(build);
        able.clear();
        for (Host* host : open) {
            if (may_take(*host, build, std::min(0.0, weight - kOvercommit))) able.push_back(host);
        }
        for (Host* host : able) host->demand += weight / static_cast<double>(able.size());
        if (!able.empty()) sum += weight;
    }
    for (Host* host : open) host->demand = sum > 0 ? host->demand / sum : 0;
}

std::optional<Start> KojiPolicy::assign(int build, std::vector<Host*>& open) {
    const double weight = weight_of(build);
    Host* best = nullptr;
    for (Host* host : open) {
        if (may_take(*host, build, weight - kOvercommit) && (!best || host->rank() < best->rank()))
            best = host;
    }
    if (!best) return std::nullopt;
    const Start start{build, best->free_slots.front()};
    best->free_slots.erase(best->free_slots.begin());
    best->load += weight;
    ++best->running;
    return start;
}

std::vector<Start> KojiPolicy::dispatch(const std::vector<int>& free_slots, Duration now) {
    if (queue_.empty() || free_slots.empty()) return {};
    if (last_run_ && now < *last_run_ + run_interval_) return {};
    last_run_ = now;
    for (Host& host : hosts_) host.free_slots.clear();
    std::vector<Host*> open;
    for (const int slot : free_slots) {
        Host& host = host_of(slot);
        if (host.free_slots.empty()) open.push_back(&host);
        host.free_slots.push_back(slot);
    }
    std::vector<Place> queue;
    for (auto it = queue_.begin(); it != queue_.end() && queue.size() < kQueueMax; ++it)
        queue.push_back(*it);
    compute_demand(queue, open);
    std::vector<Start> starts;
    for (const Place& place : queue) {
        if (starts.size() == free_slots.size()) break;
        if (const auto start = assign(std::get<2>(place), open)) {
            starts.push_back(*start);
            queue_.erase(place);
        }
    }
    return starts;
}

}  // namespace terrace::sim
