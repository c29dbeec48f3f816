#pragma once

#include "common/vocab/gate.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/stages.hpp"

namespace terrace::core {

/// Whether the variant was measured: on CPUs of each vendor that the policy asks for.
StageResult comparison_stage(const GateInput& input, const GatePolicy& policy);

/// What was found: on each vendor, and within the policy's budget for size.
StageResult verdict_stage(const GateInput& input, const GatePolicy& policy);

}  // namespace terrace::core
