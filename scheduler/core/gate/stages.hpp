#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/vocab/gate.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/abi_groups.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// What the gate of one source package and variant looks at.
struct GateInput {
    const Build* baseline = nullptr;  ///< null: not built in this rebuild
    const Build* variant = nullptr;
    std::vector<const Comparison*> comparisons = {};  ///< of each CPU vendor, or one of any
    /// Of those that are ready and that no known worker could measure: why.
    std::map<ComparisonId, std::string> unplaceable = {};
    std::vector<RpmFile> baseline_rpms = {};
    std::vector<RpmFile> variant_rpms = {};
    const PackageRule* rule = nullptr;     ///< null: the release has no rule for it
    std::span<const Waiver> waivers = {};  ///< of this release, package and variant
    TimePoint now{};
};

/// Derives each stage's state from the rows (docs/gate.md): nothing of it is stored, so nothing of
/// it can be out of date. A waiver turns what is missing or failed into waived; what is queued or
/// running it does not touch.
std::vector<StageResult> gate_stages(const GateInput& input, const GatePolicy& policy);

/// That of an ABI group, after those above, once the answers of its other members in this variant
/// are known; `group` null: it is in none.
StageResult abi_group_stage(const AbiGroup* group, const std::vector<AbiMember>& others);

/// Ships when every stage is passed or waived. Identical code never ships: there is nothing to.
GateAnswer gate_answer(const std::vector<StageResult>& stages);

/// Is it in force now?
bool is_valid(const Waiver& waiver, TimePoint now);

}  // namespace terrace::core
