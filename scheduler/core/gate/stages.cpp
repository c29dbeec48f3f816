#include "scheduler/core/gate/stages.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "common/vocab/names.hpp"
#include "scheduler/core/gate/audit_gate.hpp"
#include "scheduler/core/gate/parity_gate.hpp"
#include "scheduler/core/gate/verdict_stages.hpp"

namespace terrace::core {
namespace {

StageResult result(GateStage stage, StageState state, std::string reason) {
    return {.stage = stage, .state = state, .reason = std::move(reason)};
}

/// Of the two sides the one that is behind decides.
StageState state_of(const Build* build) {
    if (!build) return StageState::missing;
    switch (build->state) {
        case BuildState::blocked:
        case BuildState::ready: return StageState::queued;
        case BuildState::leased: return StageState::running;
        case BuildState::succeeded: return StageState::passed;
        case BuildState::failed: return StageState::failed;
        case BuildState::cancelled: return StageState::missing;
    }
    return StageState::missing;
}

StageResult build_stage(const GateInput& in) {
    for (const StageState state :
         {StageState::failed, StageState::missing, StageState::queued, StageState::running}) {
        for (const auto& [build, side] :
             {std::pair(in.baseline, "baseline"), std::pair(in.variant, "variant")}) {
            if (state_of(build) != state) continue;
            return result(GateStage::build, state,
                          state == StageState::failed
                              ? "The " + std::string(side) + "'s build failed: " + build->evidence
                              : "The " + std::string(side) + "'s build is " + name_of(state) + ".");
        }
    }
    return result(GateStage::build, StageState::passed, "Both sides are built.");
}

/// A build that succeeded has run %check, unless the release's rule says that it shall not.
StageResult check_stage(const GateInput& in, const StageResult& build) {
    for (const Build* side : {in.baseline, in.variant}) {
        if (side && side->state == BuildState::failed && side->outcome == Outcome::check_failed)
            return result(GateStage::check, StageState::failed,
                          "%check of variant " + side->variant + " failed: " + side->evidence);
    }
    if (build.state == StageState::failed)
        return result(GateStage::check, StageState::missing, "%check was not reached.");
    if (build.state != StageState::passed)
        return result(GateStage::check, build.state, "%check is part of the build.");
    if (in.rule && !in.rule->skip_check.empty()) {
        StageResult waived = result(GateStage::check, StageState::waived,
                                    "The release's rule skips it: " + in.rule->skip_check);
        waived.was = StageState::missing;
        return waived;
    }
    return result(GateStage::check, StageState::passed, "%check passed on both sides.");
}

StageResult after_build(GateStage stage, const StageResult& build) {
    return result(stage, build.state == StageState::failed ? StageState::missing : build.state,
                  "It follows the build.");
}

/// What was found and is only to be shown.
StageResult reported(GateStage stage, const std::string& found) {
    return result(stage, StageState::passed, "Reported only: " + found);
}

StageResult parity_stage(const GateInput& in, const StageResult& build, const GatePolicy& policy) {
    if (build.state != StageState::passed) return after_build(GateStage::parity, build);
    if (auto differ = package_difference(in.baseline_rpms, in.variant_rpms))
        return result(GateStage::parity, StageState::failed, std::move(*differ));
    auto differ = interface_difference(in.baseline->interfaces, in.variant->interfaces);
    if (!differ) {
        return result(GateStage::parity, StageState::passed,
                      "Both sides made the same packages, and they are the same to others.");
    }
    if (policy.parity == FindingPolicy::report) return reported(GateStage::parity, *differ);
    return result(GateStage::parity, StageState::failed, std::move(*differ));
}

StageResult audit_stage(const GateInput& in, const StageResult& build, const GatePolicy& policy) {
    if (build.state != StageState::passed) return after_build(GateStage::audit, build);
    const auto audited = [](const Build& side) {
        return AuditedBuild{side.variant, side.audit_findings};
    };
    auto found = audit_refusal(audited(*in.baseline), audited(*in.variant));
    if (!found)
        return result(GateStage::audit, StageState::passed, "No instruction above the level.");
    if (policy.audit == FindingPolicy::report) return reported(GateStage::audit, *found);
    return result(GateStage::audit, StageState::failed, std::move(*found));
}

StageResult identity_stage(const GateInput& in, const StageResult& build) {
    if (build.state != StageState::passed) return after_build(GateStage::identity, build);
    const Digest& code = in.variant->code_identity;
    if (code.hex.empty())
        return result(GateStage::identity, StageState::passed, "No code identity is known.");
    if (code != in.baseline->code_identity)
        return result(GateStage::identity, StageState::passed, "The code is another one.");
    return result(GateStage::identity, StageState::failed,
                  "All code is the same in both: there is nothing to ship.");
}

/// A verdict that ships without a measurement needs none.
void excuse_comparison(StageResult& comparison, const StageResult& verdict) {
    if (verdict.state != StageState::passed || comparison.state == StageState::passed) return;
    comparison.was = comparison.state;
    comparison.state = StageState::waived;
    comparison.reason += " The policy asks for none.";
}

void apply_waiver(StageResult& stage, const GateInput& in) {
    if (stage.state != StageState::missing && stage.state != StageState::failed) return;
    const auto valid = [&](const Waiver& waiver) {
        return waiver.stage == stage.stage && is_valid(waiver, in.now);
    };
    const auto found = std::ranges::find_if(in.waivers, valid);
    if (found == in.waivers.end()) return;
    stage.was = stage.state;
    stage.state = StageState::waived;
    stage.waiver = found->id;
    stage.reason = "Waived by " + found->author + ": " + found->reason + " It was " +
                   name_of(*stage.was) + ": " + stage.reason;
}

}  // namespace

bool is_valid(const Waiver& waiver, TimePoint now) {
    return !waiver.revoked_at && waiver.created_at <= now && now < waiver.expires_at;
}

std::vector<StageResult> gate_stages(const GateInput& input, const GatePolicy& policy) {
    const StageResult build = build_stage(input);
    std::vector<StageResult> stages = {build,
                                       check_stage(input, build),
                                       parity_stage(input, build, policy),
                                       audit_stage(input, build, policy),
                                       identity_stage(input, build),
                                       comparison_stage(input, policy),
                                       verdict_stage(input, policy)};
    excuse_comparison(stages[5], stages[6]);
    for (StageResult& stage : stages) {
        // What is not built, or is the same code, no word can ship.
        if (stage.stage != GateStage::build && stage.stage != GateStage::identity)
            apply_waiver(stage, input);
    }
    return stages;
}

StageResult abi_group_stage(const AbiGroup* group, const std::vector<AbiMember>& others) {
    if (!group) return result(GateStage::abi_group, StageState::passed, "It is in no ABI group.");
    const std::string why = group->reason.empty() ? "The release file says so." : group->reason;
    const std::string is = "It is in the ABI group '" + group->name + "': " + why;
    for (const GateAnswer answer : {GateAnswer::held, GateAnswer::open}) {
        const auto found = std::ranges::find(others, answer, &AbiMember::answer);
        if (found == others.end()) continue;
        return answer == GateAnswer::open
                   ? result(GateStage::abi_group, StageState::queued,
                            is + " It waits for " + found->source + ".")
                   : result(GateStage::abi_group, StageState::failed,
                            is + " A part of it does not ship: " + found->source + " " +
                                found->why + ".");
    }
    return result(GateStage::abi_group, StageState::passed, is + " All of it ships.");
}

GateAnswer gate_answer(const std::vector<StageResult>& stages) {
    bool all = true;
    for (const StageResult& stage : stages) {
        if (stage.state == StageState::queued || stage.state == StageState::running)
            return GateAnswer::open;
        all = all && (stage.state == StageState::passed || stage.state == StageState::waived);
    }
    return all ? GateAnswer::ships : GateAnswer::held;
}

}  // namespace terrace::core
