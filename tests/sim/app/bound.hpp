#pragma once

#include <map>

#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/fleet.hpp"

namespace terrace::sim {

/// What no schedule can go below, from the true times and the moments of submission.
struct Bound {
    Duration longest_build{};            ///< of the one that must end last, on its fastest slot
    std::map<Level, Duration> by_level;  ///< work that needs the level or more, over those slots
    Duration critical_path{};            ///< the longest chain of builds that wait for each other

    Duration max() const;
};

/// Failing machines only add to it, so the bound holds with them, too. @pre every build fits a slot
Bound lower_bound(const Campaign& campaign, const Fleet& fleet);

}  // namespace terrace::sim
