#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/policy_test.hpp"
#include "scheduler/core/attempt.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// All that a verdict and the gate's answer of one package and variant rest on, but the samples.
struct GateFacts {
    std::string package;
    Comparison comparison;
    Build baseline;
    Build variant;
    std::vector<RpmFile> baseline_rpms;
    std::vector<RpmFile> variant_rpms;
    PackageRule rule;
    std::vector<Waiver> waivers;
    std::optional<BenchmarkFile> benchmark;
};

/// Of one rebuild.
struct GateFactsOfRebuild {
    RebuildId rebuild;
    GatePolicy policy;            ///< of its release, as it is now
    std::vector<GateFacts> rows;  ///< of each comparison: one, or one for each CPU vendor
};

/// Whose samples the verdict of `comparison` rests on.
ComparisonId measured_as(const Comparison& comparison);

/// Decides anew, by `policy`, what has a verdict, and closes the families anew; what would change?
/// `measured` has, by measured_as(), the looks and samples of what was measured. Waivers count as
/// they did when the rebuild was decided. What held a package back beside its own stages, such as
/// its ABI group, does so by any policy.
PolicyTest test_policy(const GateFactsOfRebuild& facts,
                       const std::map<ComparisonId, Measured>& measured,
                       const GatePolicy& policy);

}  // namespace terrace::core
