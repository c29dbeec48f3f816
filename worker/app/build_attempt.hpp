#pragma once

#include "common/vocab/lease.hpp"
#include "worker/app/attempt_context.hpp"

namespace terrace::worker {

/// Builds one SRPM for one variant: fetches it, drives mock, checks, audits and uploads the RPMs.
/// Fence and wall time of the report are left to the caller. Blocks. Throws std::exception when
/// this machine fails.
/// @pre lease.build
AttemptReport run_build(const AttemptContext& context, const LeaseGrant& lease);

}  // namespace terrace::worker
