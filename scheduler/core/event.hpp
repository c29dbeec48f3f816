#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/vocab/lease.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/worker_hello.hpp"
#include "scheduler/core/change.hpp"

/// Facts and requests from outside, what the farm answers, and what it wants done.
namespace terrace::core {

/// `packages` carry no ids yet.
struct ImportPackageSet {
    std::string release;
    std::vector<SourcePackage> packages;
};
struct AddSeed {
    std::string release;
    Digest id;
    std::vector<SeedRepo> repos;
};
struct RegisterWorker {
    WorkerHello hello;
};
/// Empty lists and strings mean "all" and "the release's default".
struct SubmitRebuild {
    std::string release;
    std::vector<std::string> packages;
    std::vector<std::string> variants;
    Mode mode = Mode::flat;
    std::string stream;
    int priority = 0;
};
struct CancelRebuild {
    RebuildId rebuild;
};
struct CancelBuild {
    BuildId build;
};
struct RequestLease {
    WorkerId worker;
    std::string incarnation;
    int slot = 0;
};
struct RenewLeases {
    WorkerId worker;
    std::string incarnation;
    std::vector<LeaseKey> running;
};
/// Asks whether a report of this attempt would be taken now.
struct CheckLease {
    LeaseKey key;
};
struct ReportAttempt {
    AttemptId attempt;
    AttemptReport report;
};
/// An empty `error` means that the compose is published and its stream points to it.
struct ComposeEnded {
    ComposeId compose;
    std::string error;
};
using Event = std::variant<ImportPackageSet,
                           AddSeed,
                           RegisterWorker,
                           SubmitRebuild,
                           CancelRebuild,
                           CancelBuild,
                           RequestLease,
                           RenewLeases,
                           CheckLease,
                           ReportAttempt,
                           ComposeEnded>;

struct Done {};
struct MadePackageSet {
    PackageSetId id;
};
struct MadeRebuild {
    RebuildId id;
};
struct Registered {
    WorkerId worker;
    Level level = Level::none;
    Duration heartbeat_interval{};
};
/// Nothing to do for this slot now.
struct NoLease {};
struct Renewed {
    std::vector<AttemptId> ended;
    bool register_again = false;
};
using Reply =
    std::variant<Done, MadePackageSet, MadeRebuild, Registered, NoLease, LeaseGrant, Renewed>;

/// Publish this compose. Derived from state, so it may be asked for again after a reload:
/// idempotent.
struct RunCompose {
    Compose compose;
    std::vector<ComposePackage> packages;
    std::vector<std::string> repos;  ///< every repo of the layout, also an empty one
};
using Effect = std::variant<RunCompose>;

struct Decision {
    std::vector<Change> changes;
    Result<Reply> reply = Reply{Done{}};
};

}  // namespace terrace::core
