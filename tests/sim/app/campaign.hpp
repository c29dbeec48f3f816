#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/priority.hpp"
#include "common/vocab/time.hpp"
#include "tests/sim/app/fleet.hpp"
#include "tests/sim/app/workload.hpp"

namespace terrace::sim {

/// One build to be simulated. Times are since the start of the simulation.
struct SimBuild {
    int rebuild = 0;     ///< index into Campaign::rebuilds
    std::string source;  ///< name of the source package
    bool noarch = false;
    std::string variant;
    Level run_level = Level::x86_64;
    Duration true_time{};         ///< on a machine of speed 1; no scheduler may look at it
    Duration estimate{};          ///< what schedulers know
    std::int64_t memory_mib = 0;  /// what it uses at most
    std::vector<int> needs;       ///< builds of the same rebuild that must end before it starts
    int dependents = 0;           ///< sources that take something from its source, directly
};

struct SimRebuild {
    PriorityClass priority_class = PriorityClass::normal;
    Mode mode = Mode::flat;
    Duration submitted{};
    std::vector<int> builds;  ///< in submission order: by name, then by variant
};

/// Everything that is to be built: the same for every policy.
struct Campaign {
    std::vector<SimRebuild> rebuilds;  ///< in the order of submission
    std::vector<SimBuild> builds;      ///< an index names a build everywhere in the simulator

    const SimBuild& build(int index) const { return builds[static_cast<std::size_t>(index)]; }
    const SimRebuild& rebuild_of(int build_index) const {
        return rebuilds[static_cast<std::size_t>(build(build_index).rebuild)];
    }
};

/// Whether a slot may run a build at all.
bool fits(const SimBuild& build, const Slot& slot);

/// An urgent rebuild of a few packages that comes when the farm is full.
struct UrgentRebuild {
    Duration at{};
    int packages = 0;
};

struct CampaignPlan {
    Mode mode = Mode::flat;
    int rebuilds = 1;  ///< all of the whole workload, all submitted at the start
    PriorityClass priority_class = PriorityClass::normal;
    std::optional<UrgentRebuild> urgent = std::nullopt;
    std::uint64_t seed = 1;
};

/// Each source for both variants, x86_64 and x86_64_v3; noarch ones once. True times are estimates
/// with noise (noise.hpp), drawn for each build by the seed, its rebuild, name and variant.
Campaign plan_campaign(const Workload& workload, const CampaignPlan& plan);

/// A recorded history: columns submitted_s, source, variant, run_level, seconds, memory_mb, class.
/// What came at one second in one class for one variant is one rebuild. True times are the recorded
/// ones; the estimate is the mean of the source's other records, or of all records if it has none.
/// Throws InputError.
Campaign read_replay(const std::filesystem::path& path);

/// Builds that no slot of the fleet can run.
std::vector<int> unplaceable(const Campaign& campaign, const Fleet& fleet);

}  // namespace terrace::sim
