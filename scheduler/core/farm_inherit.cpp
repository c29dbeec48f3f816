// Which earlier verdict holds for a comparison, too: what was measured once need not be again.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/verdict_key.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

/// @pre there is a benchmark file
std::string Farm::verdict_key_of(const Comparison& comparison) const {
    const SourcePackage& source = state_.source_packages.at(comparison.source_package);
    const Build& baseline = state_.builds.at(comparison.baseline_build);
    const Build& variant = state_.builds.at(comparison.variant_build);
    return verdict_key({.release = state_.rebuilds.at(comparison.rebuild).release,
                        .package = source.name,
                        .epoch = source.epoch,
                        .version = source.version,
                        .variant = comparison.variant,
                        .vendor = comparison.vendor,
                        .flags = {baseline.flags, variant.flags},
                        .compilers = {baseline.compilers, variant.compilers},
                        .benchmark = digest_of(*benchmark_of(comparison))});
}

/// Of the same two builds, or else the newest of the same key, if the policy lets other patch
/// levels inherit and it is known what compiled them. None that was measured too long ago.
const Comparison* Farm::earlier_of(const Comparison& comparison, TimePoint now) const {
    const GatePolicy& policy = release_of(comparison.rebuild).gate;
    if (policy.inherit == InheritPolicy::none) return nullptr;
    const auto measured = measured_by_key_.find(verdict_key_of(comparison));
    if (measured == measured_by_key_.end()) return nullptr;
    const Build& baseline = state_.builds.at(comparison.baseline_build);
    const Build& variant = state_.builds.at(comparison.variant_build);
    const bool known = !baseline.compilers.empty() && !variant.compilers.empty() &&
                       !baseline.flags.empty() && !variant.flags.empty();
    const Comparison* newest = nullptr;
    for (const ComparisonId id : measured->second) {
        const Comparison& earlier = state_.comparisons.at(id);
        if (now >= *earlier.decided_at + policy.inherit_max) continue;
        if (origins_of(earlier) == origins_of(comparison)) return &earlier;
        if (policy.inherit == InheritPolicy::patch_level && known) newest = &earlier;
    }
    return newest;
}

/// An earlier verdict has passed the family of its own rebuild and is no member of this one; unless
/// that family is still open: then it must pass this one.
void Farm::inherit(Comparison comparison,
                   const Comparison& from,
                   TimePoint now,
                   Decision& decision) {
    const SourcePackage& source = state_.source_packages.at(from.source_package);
    const bool same_builds = origins_of(from) == origins_of(comparison);
    sim_mark(same_builds ? "verdict inherited" : "verdict inherited over a patch level");
    const std::string of =
        same_builds ? "the same builds"
                    : fmt::format("{}-{}-{}", source.name, source.version, source.release);
    std::string reason = fmt::format(
        "Inherited from comparison {} of {}, measured on {:%Y-%m-%d}: {}", from.id.value, of,
        std::chrono::floor<std::chrono::seconds>(*from.decided_at), from.reason);
    comparison.results = from.results;
    comparison.cpu = from.cpu;
    comparison.inherited_from = from.id;
    if (state_.rebuilds.at(from.rebuild).state == RebuildState::running) comparison.p = from.p;
    decide(std::move(comparison), *from.verdict, std::move(reason), now, decision);
}

}  // namespace terrace::core
