#include "tests/sim/app/line_policy.hpp"

namespace terrace::sim {

LinePolicy::LinePolicy(const Campaign& campaign, const Fleet& fleet, PlaceOf place_of)
    : campaign_(campaign), fleet_(fleet), place_of_(place_of), readiness_(campaign) {}

void LinePolicy::submit(int rebuild, Duration) {
    for (const int build : readiness_.submit(rebuild)) put(build);
}

void LinePolicy::ended(const Ended& attempt, Duration) {
    if (!attempt.ok) return put(attempt.build);
    for (const int build : readiness_.done(attempt.build)) put(build);
}

void LinePolicy::put(int build) {
    lines_[campaign_.build(build).run_level].emplace(place_of_(campaign_, build), build);
}

std::vector<Start> LinePolicy::dispatch(const std::vector<int>& free_slots, Duration) {
    std::vector<Start> starts;
    for (const int slot : free_slots) {
        if (const auto build = take_for(fleet_.slots[static_cast<std::size_t>(slot)]))
            starts.push_back({*build, slot});
    }
    return starts;
}

std::optional<int> LinePolicy::take_for(const Slot& slot) {
    Line* best_line = nullptr;
    Line::iterator best;
    for (auto& [level, line] : lines_) {
        if (level > slot.level) break;
        for (auto it = line.begin(); it != line.end(); ++it) {
            if (best_line && best->first < it->first) break;
            if (!fits(campaign_.build(it->second), slot)) continue;
            best_line = &line;
            best = it;
            break;
        }
    }
    if (!best_line) return std::nullopt;
    const int build = best->second;
    best_line->erase(best);
    return build;
}

LinePolicy::Place fifo_place(const Campaign& campaign, int build) {
    return {campaign.rebuild_of(build).submitted.count(), build, 0};
}

LinePolicy::Place obs_place(const Campaign& campaign, int build) {
    const int priority = static_cast<int>(campaign.rebuild_of(build).priority_class);
    return {-priority, -campaign.build(build).dependents, build};
}

}  // namespace terrace::sim
