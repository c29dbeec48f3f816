#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/vocab/decision.hpp"
#include "common/vocab/gate.hpp"

namespace terrace::core {

/// The stages in Greenwave's words: each is a test case "terrace.STAGE"; what is queued or running
/// is an incomplete result, what is missing a missing one. `result`: the comparison's id, where
/// there is one.
DecisionAnswer greenwave_answer(const DecisionRequest& request,
                                const std::vector<StageResult>& stages,
                                std::optional<std::int64_t> result);

}  // namespace terrace::core
