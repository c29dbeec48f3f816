#pragma once

#include "common/vocab/lease.hpp"
#include "worker/app/attempt_context.hpp"

namespace terrace::worker {

/// Measures a variant's RPMs against the baseline's: fetches both, has them installed into twin
/// roots and their benchmarks run there. Fence and wall time of the report are left to the caller.
/// Blocks. Throws std::exception when this machine fails. @pre lease.comparison
AttemptReport run_comparison_attempt(const AttemptContext& context, const LeaseGrant& lease);

}  // namespace terrace::worker
