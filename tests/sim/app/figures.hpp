#pragma once

#include <map>
#include <optional>
#include <vector>

#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/fleet.hpp"
#include "tests/sim/app/simulation.hpp"

namespace terrace::sim {

/// How much of the slots of each level was busy, in buckets of equal length; the last bucket ends
/// after the last build, and counts as if the campaign went on until then.
struct Utilisation {
    Duration bucket{};
    std::map<Level, std::vector<double>> by_level;  ///< shares, 0 to 1
    std::map<Level, std::vector<double>> tenths;    ///< the same over each tenth of the makespan
    std::map<Level, double> overall;                ///< until the last build's end
};

/// From the moment at which a build could have started to the start of its first attempt.
struct Waits {
    std::size_t builds = 0;
    Duration median{};
    Duration p95{};
    Duration max{};
};

/// What one policy made of a campaign.
struct Figures {
    Duration makespan{};
    std::size_t attempts = 0;
    std::size_t failed_attempts = 0;
    Utilisation utilisation;
    std::map<PriorityClass, Waits> waits;
    /// Of the rebuilds of the largest class, the least part of its fair share of slot time that any
    /// of them held over any kFairGrants grants while all of them had builds waiting; 1 is
    /// perfect. nullopt: there is one rebuild only, or too few grants.
    std::optional<double> fair_share_min;
};

inline constexpr std::size_t kFairGrants = 200;

Figures compute_figures(const Campaign& campaign, const Fleet& fleet, const History& history);

/// A round length that cuts the span into at most 120 buckets.
Duration bucket_for(Duration span);

}  // namespace terrace::sim
