#include "tests/sim/app/figures.hpp"

#include <algorithm>
#include <array>

#include "tests/sim/app/fairness.hpp"

namespace terrace::sim {
namespace {

constexpr std::int64_t kBucketsMax = 120;

void add_busy(const PlayedAttempt& attempt, Duration bucket, std::vector<double>& busy) {
    for (auto i = attempt.start / bucket; i <= (attempt.end - Duration(1)) / bucket; ++i) {
        const Duration from = std::max(attempt.start, bucket * i);
        const Duration to = std::min(attempt.end, bucket * (i + 1));
        busy[static_cast<std::size_t>(i)] += static_cast<double>((to - from).count());
    }
}

std::map<Level, double> slots_by_level(const Fleet& fleet) {
    std::map<Level, double> slots;
    for (const Slot& slot : fleet.slots) slots[slot.level] += 1;
    return slots;
}

std::map<Level, std::vector<double>> busy_shares(const Fleet& fleet,
                                                 const History& history,
                                                 Duration bucket,
                                                 std::size_t buckets) {
    const std::map<Level, double> slots = slots_by_level(fleet);
    std::map<Level, std::vector<double>> shares;
    for (const auto& [level, count] : slots) shares[level].assign(buckets, 0);
    for (const PlayedAttempt& attempt : history) {
        const Level level = fleet.slots[static_cast<std::size_t>(attempt.slot)].level;
        add_busy(attempt, bucket, shares[level]);
    }
    for (auto& [level, series] : shares) {
        for (double& share : series) share /= slots.at(level) * static_cast<double>(bucket.count());
    }
    return shares;
}

Utilisation utilisation_of(const Fleet& fleet, const History& history, Duration makespan) {
    Utilisation result;
    result.bucket = bucket_for(makespan);
    const auto buckets = static_cast<std::size_t>((makespan - Duration(1)) / result.bucket + 1);
    result.by_level = busy_shares(fleet, history, result.bucket, buckets);
    result.tenths = busy_shares(fleet, history, (makespan + Duration(9)) / 10, 10);
    for (const auto& [level, series] : busy_shares(fleet, history, makespan, 1))
        result.overall[level] = series.front();
    return result;
}

/// The smallest value that `share` of all values do not exceed. @pre sorted, not empty
Duration quantile(const std::vector<Duration>& sorted, double share) {
    const double rank = share * static_cast<double>(sorted.size());
    auto index = static_cast<std::size_t>(rank);
    if (static_cast<double>(index) == rank && index > 0) --index;
    return sorted[std::min(index, sorted.size() - 1)];
}

std::map<PriorityClass, Waits> waits_of(const Campaign& campaign, const History& history) {
    std::vector<Duration> ended(campaign.builds.size(), Duration(0));
    for (const PlayedAttempt& attempt : history) {
        if (attempt.ok) ended[static_cast<std::size_t>(attempt.build)] = attempt.end;
    }
    std::map<PriorityClass, std::vector<Duration>> all;
    std::vector<bool> started(campaign.builds.size(), false);
    for (const PlayedAttempt& attempt : history) {
        const auto index = static_cast<std::size_t>(attempt.build);
        if (started[index]) continue;
        started[index] = true;
        const SimRebuild& rebuild = campaign.rebuild_of(attempt.build);
        Duration ready = rebuild.submitted;
        for (const int need : campaign.builds[index].needs)
            ready = std::max(ready, ended[static_cast<std::size_t>(need)]);
        all[rebuild.priority_class].push_back(attempt.start - ready);
    }
    std::map<PriorityClass, Waits> result;
    for (auto& [priority_class, waits] : all) {
        std::ranges::sort(waits);
        result[priority_class] = {waits.size(), quantile(waits, 0.5), quantile(waits, 0.95),
                                  waits.back()};
    }
    return result;
}

}  // namespace

Duration bucket_for(Duration span) {
    using namespace std::chrono_literals;
    constexpr std::array<std::chrono::seconds, 11> kRound = {1s,    5s,    15s, 1min, 5min, 10min,
                                                             15min, 30min, 1h,  2h,   6h};
    for (const std::chrono::seconds round : kRound) {
        if (span <= round * kBucketsMax) return round;
    }
    return std::chrono::hours(24) * (span / (std::chrono::hours(24) * kBucketsMax) + 1);
}

Figures compute_figures(const Campaign& campaign, const Fleet& fleet, const History& history) {
    Figures figures;
    figures.attempts = history.size();
    for (const PlayedAttempt& attempt : history) {
        figures.makespan = std::max(figures.makespan, attempt.end);
        figures.failed_attempts += attempt.ok ? 0 : 1;
    }
    if (history.empty()) return figures;
    figures.utilisation = utilisation_of(fleet, history, figures.makespan);
    figures.waits = waits_of(campaign, history);
    figures.fair_share_min = fair_share_min(campaign, history);
    return figures;
}

}  // namespace terrace::sim
