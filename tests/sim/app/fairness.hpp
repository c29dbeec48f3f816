#pragma once

#include <optional>

#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/simulation.hpp"

namespace terrace::sim {

/// Figures::fair_share_min.
std::optional<double> fair_share_min(const Campaign& campaign, const History& history);

}  // namespace terrace::sim
