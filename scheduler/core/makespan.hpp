#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/vocab/level.hpp"

/// How long a rebuild will take, before it is submitted: what no scheduler can beat, and what a
/// simple one reaches.
namespace terrace::core {

struct PlannedBuild {
    double seconds = 0;
    Level run_level = Level::x86_64;  ///< the least level of a slot that may run it
    std::uint32_t node = 0;           ///< of the graph of needs
    friend bool operator==(const PlannedBuild&, const PlannedBuild&) = default;
};

/// Slots of workers of one level.
struct SlotGroup {
    Level level = Level::x86_64;
    int slots = 0;
    friend bool operator==(const SlotGroup&, const SlotGroup&) = default;
};

/// The work that only slots of at least this level can do.
struct LevelBound {
    Level level = Level::x86_64;
    int slots = 0;            ///< of this level or higher
    double work_seconds = 0;  ///< of run levels from this one up
    double seconds = 0;       ///< work / slots; infinite when there is work and no slot
    friend bool operator==(const LevelBound&, const LevelBound&) = default;
};
BOOST_DESCRIBE_STRUCT(LevelBound, (), (level, slots, work_seconds, seconds))

/// What binds. `nothing`: there is no work. `no_slots`: some builds can run on no slot at all.
enum class MakespanLimit { nothing, no_slots, level_work, longest_build, critical_path };
BOOST_DESCRIBE_ENUM(MakespanLimit, nothing, no_slots, level_work, longest_build, critical_path)

struct MakespanBounds {
    /// One for each run level that a build has, lowest first. The other levels bind nothing: the
    /// next higher one that has builds has the same work and no more slots.
    std::vector<LevelBound> levels;
    double longest_build = 0;
    double critical_path = 0;
    double seconds = 0;  ///< the greatest of them; infinite with `no_slots`
    MakespanLimit limit = MakespanLimit::nothing;
    std::optional<Level> limit_level;  ///< with `level_work` and `no_slots`: of which level
    friend bool operator==(const MakespanBounds&, const MakespanBounds&) = default;
};
BOOST_DESCRIBE_STRUCT(MakespanBounds,
                      (),
                      (levels, longest_build, critical_path, seconds, limit, limit_level))

/// Lower bounds of the time from the first start to the last end. Of equal bounds the one that is
/// named first in MakespanLimit binds, and of levels the lowest: it takes the most slots to move;
/// with `no_slots` it is the lowest level that no slot has.
/// @pre no time is negative or infinite, no group has a negative number of slots
MakespanBounds bounds(const std::vector<PlannedBuild>& builds,
                      const std::vector<SlotGroup>& groups,
                      double critical_path);

/// The time that a simple schedule takes: all builds are ready at once, and each slot that becomes
/// free takes, among the builds that it can run, one of the highest run level, of those the
/// longest. When several are free at one moment, those of the lowest level choose first. Infinite
/// when a build can run on no slot. It is never more than the greatest level bound plus the longest
/// build: until the last build starts, all slots that could run it are busy with work of its level
/// or above. O(n log n) in builds plus slots.
/// @pre as for `bounds`
double expected_makespan(const std::vector<PlannedBuild>& builds,
                         const std::vector<SlotGroup>& groups);

}  // namespace terrace::core
