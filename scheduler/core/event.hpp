#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/vocab/explanation.hpp"
#include "common/vocab/lease.hpp"
#include "common/vocab/plan.hpp"
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
    PriorityClass priority = PriorityClass::normal;
    double share = 1;
    std::optional<std::int64_t> confirm;  ///< the number of builds, where the farm asks for it
    /// Build again what failed there; release, variants, mode and stream are those of that rebuild.
    std::optional<RebuildId> retry_of;
    /// Build again, in order, what took code in there; the rest as above.
    std::optional<RebuildId> second_pass_of;
};
/// Asks what a rebuild would do; changes nothing.
struct PlanRebuild {
    SubmitRebuild request;
};
struct PauseRebuild {
    RebuildId rebuild;
    bool paused = true;
};
/// Asks which source packages of a flat rebuild took in code of others.
struct SelectSecondPass {
    RebuildId rebuild;
};
/// Asks what came out differently.
struct DiffRebuilds {
    RebuildId before;
    RebuildId after;
};
/// Asks why a build is not running.
struct ExplainBuild {
    BuildId build;
};
/// What ResolveDependencies found: a row for each source package of the set, or an error.
struct DependenciesResolved {
    PackageSetId package_set;
    Digest seed;
    std::vector<SourceDependencies> rows;
    std::string error;
};
struct CancelRebuild {
    RebuildId rebuild;
};
struct CancelBuild {
    BuildId build;
};
/// What an operator says of a worker.
enum class AdmissionOrder { enable, drain, disable, quarantine };
struct OrderAdmission {
    std::string worker;  ///< its name
    AdmissionOrder order = AdmissionOrder::enable;
    std::string reason;
    bool now = false;  ///< what it runs is handed back, and tried elsewhere
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
    std::int64_t disk_bytes_free = 0;  ///< 0: as before
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
                           PlanRebuild,
                           PauseRebuild,
                           SelectSecondPass,
                           DiffRebuilds,
                           ExplainBuild,
                           DependenciesResolved,
                           CancelRebuild,
                           CancelBuild,
                           OrderAdmission,
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
using Reply = std::variant<Done,
                           MadePackageSet,
                           MadeRebuild,
                           Registered,
                           NoLease,
                           LeaseGrant,
                           Renewed,
                           RebuildPlan,
                           SecondPass,
                           RebuildDiff,
                           Explanation>;

/// Publish this compose. Derived from state, so it may be asked for again after a reload:
/// idempotent.
struct RunCompose {
    Compose compose;
    std::vector<ComposePackage> packages;
    std::vector<std::string> repos;  ///< every repo of the layout, also an empty one
    /// Of its rebuild: what a mass rebuild, in `background`, has to get signed waits for the
    /// others.
    PriorityClass priority = PriorityClass::normal;
};
/// Resolve the BuildRequires of a package set's sources with the packages of a seed; asked for
/// until DependenciesResolved has come. Farm::packages_of() are the sources.
struct ResolveDependencies {
    PackageSetId package_set;
    Seed seed;
};
using Effect = std::variant<RunCompose, ResolveDependencies>;

struct Decision {
    std::vector<Change> changes;
    Result<Reply> reply = Reply{Done{}};
};

}  // namespace terrace::core
