#pragma once

#include <string>
#include <vector>

#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/fleet.hpp"
#include "tests/sim/app/simulation.hpp"

namespace terrace::sim {

/// A build of so many seconds, which everybody expects.
SimBuild a_build(const std::string& source, int seconds, Level level = Level::x86_64);

/// One rebuild of these builds, submitted at the start.
Campaign a_campaign(std::vector<SimBuild> builds);

/// The builds of `more` as another rebuild.
void add_rebuild(Campaign& campaign,
                 std::vector<SimBuild> more,
                 PriorityClass priority_class,
                 Duration submitted);

/// Machines of one slot each, of these levels.
Fleet a_fleet(const std::vector<Level>& levels);

/// "gcc@0 zlib@1": which build started where, in order.
std::string starts_of(const Campaign& campaign, const History& history);

Duration makespan_of(const History& history);

}  // namespace terrace::sim
