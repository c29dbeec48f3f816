#include "tests/unit/sim/campaigns.hpp"

#include <algorithm>
#include <utility>

#include "common/vocab/names.hpp"

namespace terrace::sim {

SimBuild a_build(const std::string& source, int seconds, Level level) {
    SimBuild build;
    build.source = source;
    build.variant = name_of(level);
    build.run_level = level;
    build.true_time = build.estimate = std::chrono::seconds(seconds);
    build.memory_mib = 100;
    return build;
}

Campaign a_campaign(std::vector<SimBuild> builds) {
    Campaign campaign;
    add_rebuild(campaign, std::move(builds), PriorityClass::normal, Duration(0));
    return campaign;
}

void add_rebuild(Campaign& campaign,
                 std::vector<SimBuild> more,
                 PriorityClass priority_class,
                 Duration submitted) {
    const int rebuild = static_cast<int>(campaign.rebuilds.size());
    campaign.rebuilds.push_back({priority_class, Mode::flat, submitted, {}});
    for (SimBuild& build : more) {
        build.rebuild = rebuild;
        campaign.rebuilds.back().builds.push_back(static_cast<int>(campaign.builds.size()));
        campaign.builds.push_back(std::move(build));
    }
}

Fleet a_fleet(const std::vector<Level>& levels) {
    std::vector<Machine> machines;
    for (const Level level : levels)
        machines.push_back({.level = level, .memory_mib = 1024, .disk_mib = 1024});
    return make_fleet(std::move(machines));
}

std::string starts_of(const Campaign& campaign, const History& history) {
    std::string text;
    for (const PlayedAttempt& attempt : history) {
        text += (text.empty() ? "" : " ") + campaign.build(attempt.build).source + "@" +
                std::to_string(attempt.slot);
    }
    return text;
}

Duration makespan_of(const History& history) {
    Duration makespan{};
    for (const PlayedAttempt& attempt : history) makespan = std::max(makespan, attempt.end);
    return makespan;
}

}  // namespace terrace::sim
