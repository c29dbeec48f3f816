#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <vector>

#include "tests/sim/app/bound.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/figures.hpp"
#include "tests/sim/app/fleet.hpp"
#include "tests/sim/app/simulation.hpp"

namespace terrace::sim {

enum class PolicyName { terrace, koji, fifo, obs };
BOOST_DESCRIBE_ENUM(PolicyName, terrace, koji, fifo, obs)

struct StudyOptions {
    std::vector<PolicyName> policies;
    std::uint64_t seed = 1;
    Duration koji_interval{};  ///< least time between two runs of its scheduler
};

struct PolicyRun {
    PolicyName policy = PolicyName::terrace;
    History history;
    Figures figures;
};

/// One campaign on one fleet, played by several policies.
struct Study {
    Campaign campaign;
    Fleet fleet;
    Bound bound;
    std::vector<PolicyRun> runs;

    /// 1 is the best that any schedule can do.
    double over_bound(const PolicyRun& run) const {
        return static_cast<double>(run.figures.makespan.count()) /
               static_cast<double>(bound.max().count());
    }
};

using StudyProgress = std::function<void(PolicyName policy, std::size_t done, std::size_t total)>;

/// Throws std::runtime_error when a build fits no slot of the fleet, or the farm refuses a rebuild.
Study run_study(
    Campaign campaign,
    Fleet fleet,
    const StudyOptions& options,
    const StudyProgress& progress = [](PolicyName, std::size_t, std::size_t) {});

}  // namespace terrace::sim
