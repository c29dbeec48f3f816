#include "scheduler/core/makespan.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <utility>

#include "common/vocab/check.hpp"

namespace terrace::core {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

void check_input(const std::vector<PlannedBuild>& builds, const std::vector<SlotGroup>& groups) {
    for (const PlannedBuild& build : builds) {
        TERRACE_CHECK(std::isfinite(build.seconds) && build.seconds >= 0);
    }
    for (const SlotGroup& group : groups) TERRACE_CHECK(group.slots >= 0);
}

int slots_from(Level level, const std::vector<SlotGroup>& groups) {
    int slots = 0;
    for (const SlotGroup& group : groups) {
        if (group.level >= level) slots += group.slots;
    }
    return slots;
}

/// Takes it as the limit when it is greater than what was, or the first.
void limit_by(MakespanBounds& bounds,
              double seconds,
              MakespanLimit limit,
              std::optional<Level> level) {
    if (bounds.limit != MakespanLimit::nothing && seconds <= bounds.seconds) return;
    bounds.seconds = seconds;
    bounds.limit = limit;
    bounds.limit_level = level;
}

std::vector<LevelBound> level_bounds(const std::vector<PlannedBuild>& builds,
                                     const std::vector<SlotGroup>& groups) {
    std::map<Level, double> work;
    for (const PlannedBuild& build : builds) work[build.run_level] += build.seconds;
    std::vector<LevelBound> levels;
    double above = 0;
    for (auto it = work.rbegin(); it != work.rend(); ++it) {
        above += it->second;
        const int slots = slots_from(it->first, groups);
        // A build of no expected length cannot run without a slot either.
        const double seconds = slots > 0 ? above / slots : kNever;
        levels.push_back(
            {.level = it->first, .slots = slots, .work_seconds = above, .seconds = seconds});
    }
    std::ranges::reverse(levels);
    return levels;
}

/// Builds of one run level, the longest first, and how many of them have been taken.
struct Line {
    std::vector<double> seconds;
    std::size_t taken = 0;
};

/// A slot that becomes free: when, and its level.
using FreeSlot = std::pair<double, Level>;
using FreeSlots = std::priority_queue<FreeSlot, std::vector<FreeSlot>, std::greater<>>;

/// The length of the build that a slot of this level takes; unset: there is none for it.
std::optional<double> take(std::map<Level, Line, std::greater<>>& lines, Level level) {
    for (auto it = lines.lower_bound(level); it != lines.end(); ++it) {
        Line& line = it->second;
        if (line.taken < line.seconds.size()) return line.seconds[line.taken++];
    }
    return std::nullopt;
}

}  // namespace

MakespanBounds bounds(const std::vector<PlannedBuild>& builds,
                      const std::vector<SlotGroup>& groups,
                      double critical_path) {
    check_input(builds, groups);
    TERRACE_CHECK(std::isfinite(critical_path) && critical_path >= 0);
    MakespanBounds result;
    result.critical_path = critical_path;
    if (builds.empty()) return result;
    for (const PlannedBuild& build : builds) {
        result.longest_build = std::max(result.longest_build, build.seconds);
    }
    result.levels = level_bounds(builds, groups);
    for (const LevelBound& level : result.levels) {
        limit_by(result, level.seconds,
                 level.slots > 0 ? MakespanLimit::level_work : MakespanLimit::no_slots,
                 level.level);
    }
    limit_by(result, result.longest_build, MakespanLimit::longest_build, std::nullopt);
    limit_by(result, critical_path, MakespanLimit::critical_path, std::nullopt);
    return result;
}

double expected_makespan(const std::vector<PlannedBuild>& builds,
                         const std::vector<SlotGroup>& groups) {
    check_input(builds, groups);
    std::map<Level, Line, std::greater<>> lines;  // the highest run level first
    for (const PlannedBuild& build : builds)
        lines[build.run_level].seconds.push_back(build.seconds);
    for (auto& [level, line] : lines) {
        if (slots_from(level, groups) == 0) return kNever;
        std::ranges::sort(line.seconds, std::greater<>());
    }
    FreeSlots slots;
    for (const SlotGroup& group : groups) {
        // Slots beyond the number of builds would only be taken off the queue again.
        const std::size_t count = std::min(static_cast<std::size_t>(group.slots), builds.size());
        for (std::size_t i = 0; i < count; ++i) slots.emplace(0.0, group.level);
    }
    double end = 0;
    while (!slots.empty()) {
        const auto [now, level] = slots.top();
        slots.pop();
        const std::optional<double> seconds = take(lines, level);
        if (!seconds) continue;  // all is ready from the start, so nothing will come for it either
        end = std::max(end, now + *seconds);
        slots.emplace(now + *seconds, level);
    }
    return end;
}

}  // namespace terrace::core
