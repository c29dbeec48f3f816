#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/vocab/decision.hpp"
#include "common/vocab/explanation.hpp"
#include "common/vocab/gate.hpp"
#include "common/vocab/lease.hpp"
#include "common/vocab/look.hpp"
#include "common/vocab/plan.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/worker_hello.hpp"
#include "scheduler/core/change.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/policy_test.hpp"

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
/// What a comparison measured up to a look; may be repeated.
struct ReportLook {
    AttemptId attempt;
    LookReport look;
};
/// Asks for the gate of a rebuild's variants, of one package or of all (empty).
struct ShowGate {
    RebuildId rebuild;
    std::string package;
};
/// Asks for all that the verdicts of a rebuild rest on, but the samples.
struct AskGateFacts {
    RebuildId rebuild;
};
/// Id, creation and revocation are the farm's to fill in.
struct AddWaiver {
    Waiver waiver;
};
struct RevokeWaiver {
    WaiverId waiver;
    std::string author;
};
/// Asks for waivers of one release or of all (empty); `all`: also those no longer in force.
struct ListWaivers {
    std::string release;
    bool all = false;
};
/// Asks as Greenwave is asked.
struct AskDecision {
    DecisionRequest request;
};
/// An empty `error` means that the compose is published and its stream points to it.
struct ComposeEnded {
    ComposeId compose;
    std::string error;
    bool refused = false;           ///< it would hurt clients: another try says the same
    std::string client_check = {};  ///< as StreamMove::client_check
};
/// To another compose, which is there. Without `compose` a rollback goes to the one before.
struct MoveStream {
    std::string release;
    std::string stream;
    MoveKind kind = MoveKind::promote;  ///< not `publish`: composes do that
    std::optional<ComposeId> compose;
    bool hurt_allowed = false;  ///< as StreamMove::hurt_allowed
};
/// An empty `error` means that the stream's readers see the compose.
struct MoveEnded {
    StreamMoveId move;
    std::string error;
    std::string client_check = {};  ///< as StreamMove::client_check
};
/// Asks what is published, and how.
struct AskRepos {};
/// Decides what nothing needs any more; what is needed is the answer.
struct CollectGarbage {
    bool dry_run = false;  ///< changes nothing
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
                           ReportLook,
                           ShowGate,
                           AskGateFacts,
                           AddWaiver,
                           RevokeWaiver,
                           ListWaivers,
                           AskDecision,
                           ComposeEnded,
                           MoveStream,
                           MoveEnded,
                           AskRepos,
                           CollectGarbage>;

struct Done {};
struct MadePackageSet {
    PackageSetId id;
};
struct MadeRebuild {
    RebuildId id;
};
struct MadeWaiver {
    WaiverId id;
};
struct GateRows {
    std::vector<GateRow> rows;
};
struct Waivers {
    std::vector<Waiver> rows;
};
struct Registered {
    WorkerId worker;
    Level level = Level::none;
    Duration heartbeat_interval{};
};
struct MadeMove {
    StreamMoveId id;
};
/// What should be on disk: the composes that are complete and were not removed, where each stream
/// points, and the moves that are under way.
struct RepoState {
    std::vector<Compose> composes;
    std::vector<Stream> streams;
    std::vector<StreamMove> pending;
};
/// What must stay on disk; all else may go. Objects that came after `objects_before` stay, too.
struct GarbagePlan {
    bool dry_run = false;
    std::set<std::string> releases;  ///< of the configuration; nothing of others is touched
    std::set<std::pair<std::string, ComposeId>> composes;  ///< with their releases
    /// By release and stream: the served trees.
    std::map<std::pair<std::string, std::string>, std::set<StreamMoveId>> served;
    std::set<Digest> objects;
    TimePoint objects_before{};
    std::int64_t builds_expired = 0;  ///< by this decision
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
                           MadeMove,
                           RepoState,
                           GarbagePlan,
                           Registered,
                           NoLease,
                           LeaseGrant,
                           Renewed,
                           LookAnswer,
                           MadeWaiver,
                           GateRows,
                           GateFactsOfRebuild,
                           Waivers,
                           DecisionAnswer,
                           RebuildPlan,
                           SecondPass,
                           RebuildDiff,
                           Explanation>;

/// The clients of a stream, which must be able to follow it when it moves.
struct StreamClients {
    std::vector<VariantSpec> variants;
    std::vector<ComposeId> earlier;  ///< where they may come from; the last one is the stream's
    bool back = false;               ///< the stream goes back, and they go by distro-sync
    bool hurt_allowed = false;       ///< as StreamMove::hurt_allowed
    std::vector<SeedRepo> platform;  ///< repositories that they have beside the stream's
    /// As Compose::stalled of the compose that it moves to.
    std::vector<std::string> stalled;
};

/// Why a build's packages are in a compose.
struct BuildNote {
    BuildId build;
    std::string variant;
    int attempt = 0;                 ///< the number of the attempt that made them
    bool carried = false;            ///< they were in the compose that this one started from
    std::optional<Verdict> verdict;  ///< of a variant's build that was compared
    friend bool operator==(const BuildNote&, const BuildNote&) = default;
};
BOOST_DESCRIBE_STRUCT(BuildNote, (), (build, variant, attempt, carried, verdict))

/// What a rebuild tried, and the compose does not have.
struct Withheld {
    std::string source;
    std::string variant;
    std::string why;  ///< a sentence
    std::optional<Verdict> verdict;
    friend bool operator==(const Withheld&, const Withheld&) = default;
};
BOOST_DESCRIBE_STRUCT(Withheld, (), (source, variant, why, verdict))

/// Publish this compose. Derived from state, so it may be asked for again after a reload:
/// idempotent.
struct RunCompose {
    Compose compose;
    std::vector<ComposePackage> packages;
    std::vector<std::string> repos;  ///< every repo of the layout, also an empty one
    MetadataFiles metadata;
    StreamMoveId move;               ///< of the compose's stream
    std::vector<ComposeId> late;     ///< whose readers must still find their files
    std::size_t composes_kept = 1;   ///< of the stream
    std::vector<BuildNote> builds;   ///< of each build of `packages`
    std::vector<Withheld> withheld;  ///< by source and variant
    StreamClients clients;
    /// Of its rebuild: what a mass rebuild, in `background`, has to get signed waits for the
    /// others.
    PriorityClass priority = PriorityClass::normal;
};
/// Let the readers of a stream see a compose that is there; as idempotent.
struct RunMove {
    StreamMove move;
    std::vector<ComposeId> late;  ///< this and the next as above
    std::size_t composes_kept = 1;
    StreamClients clients;
};
/// Resolve the BuildRequires of a package set's sources with the packages of a seed; asked for
/// until DependenciesResolved has come. Farm::packages_of() are the sources.
struct ResolveDependencies {
    PackageSetId package_set;
    Seed seed;
};
using Effect = std::variant<RunCompose, RunMove, ResolveDependencies>;

struct Decision {
    std::vector<Change> changes;
    Result<Reply> reply = Reply{Done{}};
};

}  // namespace terrace::core
