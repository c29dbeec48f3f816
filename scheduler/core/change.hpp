#pragma once

#include <variant>

#include "scheduler/core/state.hpp"

namespace terrace::core {

/// The attempt of this lease has ended; the row goes.
struct LeaseEnded {
    AttemptId attempt;
};

/// What became true: a row as it now is (written over the old one by its key), or a lease that
/// ended. Replaying changes is harmless. A build or comparison whose state is now `leased` differs
/// from its row before in state and attempts alone, and its lease follows in the same batch.
using Change = std::variant<PackageSet,
                            SourcePackage,
                            Seed,
                            SourceDependencies,
                            BuildHistory,
                            Worker,
                            Rebuild,
                            Build,
                            BuildRpm,
                            BuildAudit,
                            Comparison,
                            Buildroot,
                            Attempt,
                            WorkerHealth,
                            Lease,
                            LeaseEnded,
                            Waiver,
                            ComparisonLook,
                            ComparisonSample,
                            Compose,
                            ComposePackage,
                            ComposeBuilds,
                            Stream,
                            StreamMove>;

/// Folds one change into a snapshot; the farm's memory and the simulator's database are both made
/// by this.
void apply_change(Snapshot& snapshot, const Change& change);

}  // namespace terrace::core
