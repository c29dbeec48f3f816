#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/priority.hpp"

/// What `terrace rebuild plan` shows: what a rebuild would do, before anything is done.
namespace terrace {

struct VariantPlan {
    std::string variant;
    std::int64_t to_build = 0;
    std::int64_t reused = 0;   ///< finished before, with the same identity
    std::int64_t skipped = 0;  ///< by a rule of the release, or not for its arch
    friend bool operator==(const VariantPlan&, const VariantPlan&) = default;
};
BOOST_DESCRIBE_STRUCT(VariantPlan, (), (variant, to_build, reused, skipped))

/// Of all builds whose run level is this one or higher.
struct LevelPlan {
    Level level = Level::none;
    std::int64_t builds = 0;
    double slot_hours = 0;   ///< expected
    int slots = 0;           ///< of known workers of this level or higher
    double bound_hours = 0;  ///< slot_hours / slots; 0 if there are no slots
    friend bool operator==(const LevelPlan&, const LevelPlan&) = default;
};
BOOST_DESCRIBE_STRUCT(LevelPlan, (), (level, builds, slot_hours, slots, bound_hours))

struct LongBuild {
    std::string package;
    std::string variant;
    double seconds = 0;
    double seconds_low = 0;
    double seconds_high = 0;
    std::string basis;
    friend bool operator==(const LongBuild&, const LongBuild&) = default;
};
BOOST_DESCRIBE_STRUCT(LongBuild, (), (package, variant, seconds, seconds_low, seconds_high, basis))

struct CannotRun {
    std::string package;
    std::string variant;  ///< empty: every one
    std::string why;
    friend bool operator==(const CannotRun&, const CannotRun&) = default;
};
BOOST_DESCRIBE_STRUCT(CannotRun, (), (package, variant, why))

/// Who would notice: what depends on the selection, and what of the stream would be replaced.
struct BlastRadius {
    std::int64_t sources = 0;              ///< that would be built
    std::int64_t dependents = 0;           ///< other sources that need them, directly or not
    std::int64_t stream_rpms = 0;          ///< binary RPMs in the stream now
    std::int64_t stream_rpms_touched = 0;  ///< of these, made by the sources that would be built
    bool dependents_known = false;         ///< the dependencies were resolved
    friend bool operator==(const BlastRadius&, const BlastRadius&) = default;
};
BOOST_DESCRIBE_STRUCT(BlastRadius,
                      (),
                      (sources, dependents, stream_rpms, stream_rpms_touched, dependents_known))

struct RebuildPlan {
    std::string release;
    PackageSetId package_set;
    Digest seed;
    Mode mode = Mode::flat;
    PriorityClass priority = PriorityClass::normal;
    std::string stream;
    std::vector<VariantPlan> variants;
    std::int64_t builds = 0;       ///< to do: the number that --confirm takes
    std::int64_t noarch_once = 0;  ///< sources built once, for every variant
    bool must_confirm = false;
    std::vector<LevelPlan> levels;
    double makespan_hours = 0;       ///< expected on the workers known now, were they idle
    double bound_hours = 0;          ///< no schedule on them is shorter
    std::string bound_by;            ///< what decides it
    double critical_path_hours = 0;  ///< 0 in flat mode
    std::int64_t waves = 1;
    std::int64_t in_cycles = 0;  ///< sources that take a dependency from the seed, to break a cycle
    std::vector<LongBuild> longest;  ///< twenty
    std::vector<CannotRun> cannot_run;
    std::vector<CannotRun> uninstallable;  ///< BuildRequires that the seed does not satisfy
    BlastRadius blast_radius;
    std::vector<std::string> notes;
    friend bool operator==(const RebuildPlan&, const RebuildPlan&) = default;
};
BOOST_DESCRIBE_STRUCT(RebuildPlan,
                      (),
                      (release,
                       package_set,
                       seed,
                       mode,
                       priority,
                       stream,
                       variants,
                       builds,
                       noarch_once,
                       must_confirm,
                       levels,
                       makespan_hours,
                       bound_hours,
                       bound_by,
                       critical_path_hours,
                       waves,
                       in_cycles,
                       longest,
                       cannot_run,
                       uninstallable,
                       blast_radius,
                       notes))

/// One source package of a second pass, and why it is in it.
struct SecondPassChoice {
    std::string package;
    std::vector<std::string> reasons;
    friend bool operator==(const SecondPassChoice&, const SecondPassChoice&) = default;
};
BOOST_DESCRIBE_STRUCT(SecondPassChoice, (), (package, reasons))

struct SecondPass {
    RebuildId rebuild;  ///< the flat one
    std::vector<SecondPassChoice> packages;
    friend bool operator==(const SecondPass&, const SecondPass&) = default;
};
BOOST_DESCRIBE_STRUCT(SecondPass, (), (rebuild, packages))

/// What came out differently in two rebuilds, of one variant.
struct VariantDiff {
    std::string variant;
    std::vector<std::string> newly_failing;
    std::vector<std::string> newly_passing;
    std::vector<std::string> only_before;  ///< built there, and no part of the later one
    std::vector<std::string> only_after;
    friend bool operator==(const VariantDiff&, const VariantDiff&) = default;
};
BOOST_DESCRIBE_STRUCT(VariantDiff,
                      (),
                      (variant, newly_failing, newly_passing, only_before, only_after))

struct RebuildDiff {
    RebuildId before;
    RebuildId after;
    std::vector<VariantDiff> variants;
    friend bool operator==(const RebuildDiff&, const RebuildDiff&) = default;
};
BOOST_DESCRIBE_STRUCT(RebuildDiff, (), (before, after, variants))

}  // namespace terrace
