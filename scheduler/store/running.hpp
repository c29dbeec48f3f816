#pragma once

#include "scheduler/core/change.hpp"

/// What a lease says in the database: that its attempt runs, and that its build or comparison is
/// `leased`. Neither is written anywhere else (docs/decisions/0007).
namespace terrace::store {

inline core::Attempt running_attempt(const core::Lease& lease) {
    core::Attempt attempt;
    attempt.id = lease.attempt;
    attempt.build = lease.build;
    attempt.comparison = lease.comparison;
    attempt.worker = lease.worker;
    attempt.slot = lease.slot;
    attempt.number = lease.number;
    attempt.fence = lease.fence;
    attempt.started_at = lease.granted_at;
    return attempt;
}

/// Is this the row of something that ended, was added or was prepared, and not just leased?
inline bool has_own_row(const core::Attempt& attempt) {
    return attempt.ended_at.has_value();
}
inline bool has_own_row(const core::Build& build) {
    return build.state != core::BuildState::leased;
}
inline bool has_own_row(const core::Comparison& comparison) {
    return comparison.state != core::ComparisonState::leased;
}

/// Adds to what was loaded what its leases say. @pre each lease's build or comparison is there
inline void add_running(core::Snapshot& snapshot) {
    for (const auto& [id, lease] : snapshot.leases) {
        core::apply_change(snapshot, running_attempt(lease));
        if (lease.build) {
            core::Build& build = snapshot.builds.at(*lease.build);
            build.state = core::BuildState::leased;
            build.attempts = lease.number;
        }
        if (lease.comparison) {
            core::Comparison& comparison = snapshot.comparisons.at(*lease.comparison);
            comparison.state = core::ComparisonState::leased;
            comparison.attempts = lease.number;
        }
    }
}

}  // namespace terrace::store
