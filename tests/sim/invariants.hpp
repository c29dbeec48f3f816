#pragma once

#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::sim {

/// True in every reachable state, whatever faults were injected. Throws std::logic_error that names
/// what does not hold.
void check_invariants(const core::Snapshot& state, const core::FarmConfig& config);

/// What readers of a compose may rely on: one EVR for each name in lock-step with the baseline,
/// noarch shared, every source whole, nothing above the baseline that did not pass the gate.
void check_compose(const core::Snapshot& state,
                   const core::ReleaseSpec& release,
                   ComposeId compose);

}  // namespace terrace::sim
