#include "tests/sim/app/bound.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "common/vocab/check.hpp"
#include "tests/sim/app/readiness.hpp"

namespace terrace::sim {
namespace {

double fastest_for(const SimBuild& build, const Fleet& fleet) {
    double speed = 0;
    for (const Slot& slot : fleet.slots) {
        if (fits(build, slot)) speed = std::max(speed, slot.speed);
    }
    TERRACE_CHECK(speed > 0);
    return speed;
}

Duration time_at(const SimBuild& build, double speed) {
    return Duration(std::llround(static_cast<double>(build.true_time.count()) / speed));
}

/// Whatever was submitted at or after a moment can only start then: the largest of (moment + its
/// work over all slots of the level), over all moments.
Duration level_bound(const Campaign& campaign, const Fleet& fleet, Level level) {
    double speed = 0;
    for (const Slot& slot : fleet.slots) speed += slot.level >= level ? slot.speed : 0;
    std::map<Duration, double, std::greater<>> work;  // by submission, the last first
    for (std::size_t i = 0; i < campaign.builds.size(); ++i) {
        const SimBuild& build = campaign.builds[i];
        if (build.run_level < level) continue;
        work[campaign.rebuild_of(static_cast<int>(i)).submitted] +=
            static_cast<double>(build.true_time.count());
    }
    Duration bound{};
    double later = 0;
    for (const auto& [submitted, amount] : work) {
        later += amount;
        bound = std::max(bound, submitted + Duration(std::llround(later / speed)));
    }
    return bound;
}

}  // namespace

Duration Bound::max() const {
    Duration most = std::max(longest_build, critical_path);
    for (const auto& [level, bound] : by_level) most = std::max(most, bound);
    return most;
}

Bound lower_bound(const Campaign& campaign, const Fleet& fleet) {
    Bound bound;
    std::map<std::pair<Level, std::int64_t>, double> speeds;
    const auto end_after = [&](int index, Duration start) {
        const SimBuild& build = campaign.build(index);
        auto [speed, is_new] = speeds.try_emplace({build.run_level, build.memory_mib}, 0);
        if (is_new) speed->second = fastest_for(build, fleet);
        return start + time_at(build, speed->second);
    };
    Readiness readiness(campaign);
    std::vector<Duration> start(campaign.builds.size(), Duration(0));  // at the earliest
    std::vector<int> ready;
    for (std::size_t i = 0; i < campaign.rebuilds.size(); ++i) {
        for (const int build : campaign.rebuilds[i].builds) {
            start[static_cast<std::size_t>(build)] = campaign.rebuilds[i].submitted;
            bound.longest_build =
                std::max(bound.longest_build, end_after(build, campaign.rebuilds[i].submitted));
        }
        const std::vector<int> first = readiness.submit(static_cast<int>(i));
        ready.insert(ready.end(), first.begin(), first.end());
    }
    std::vector<Duration> end(campaign.builds.size(), Duration(0));
    while (!ready.empty()) {
        const int build = ready.back();
        ready.pop_back();
        Duration earliest = start[static_cast<std::size_t>(build)];
        for (const int need : campaign.build(build).needs)
            earliest = std::max(earliest, end[static_cast<std::size_t>(need)]);
        end[static_cast<std::size_t>(build)] = end_after(build, earliest);
        bound.critical_path = std::max(bound.critical_path, end[static_cast<std::size_t>(build)]);
        for (const int next : readiness.done(build)) ready.push_back(next);
    }
    for (const SimBuild& build : campaign.builds) bound.by_level.try_emplace(build.run_level);
    for (auto& [level, value] : bound.by_level) value = level_bound(campaign, fleet, level);
    return bound;
}

}  // namespace terrace::sim
