#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/gate.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/parity.hpp"
#include "common/vocab/priority.hpp"
#include "common/vocab/resources.hpp"
#include "common/vocab/rpm_file.hpp"
#include "common/vocab/seed.hpp"
#include "common/vocab/signing.hpp"
#include "common/vocab/time.hpp"
#include "common/vocab/worker_hello.hpp"
#include "scheduler/core/abi_interface.hpp"
#include "scheduler/core/attempt.hpp"
#include "scheduler/core/build_fsm.hpp"
#include "scheduler/core/comparison_fsm.hpp"
#include "scheduler/core/dependencies.hpp"
#include "scheduler/core/estimate.hpp"
#include "scheduler/core/worker_rows.hpp"

/// The rows of the farm. Each described struct is one table, each member one column of the same
/// name (scheduler/store/migrations), so that memory and database cannot drift apart.
namespace terrace::core {

struct PackageSet {
    PackageSetId id;
    std::string release;
    TimePoint imported_at{};
    friend bool operator==(const PackageSet&, const PackageSet&) = default;
};
BOOST_DESCRIBE_STRUCT(PackageSet, (), (id, release, imported_at))

/// One source package of a package set, as its SRPM's header says.
struct SourcePackage {
    SourcePackageId id;
    PackageSetId package_set;
    std::string name;
    int epoch = 0;
    std::string version;
    std::string release;
    std::string srpm_name;
    Digest srpm_digest;
    std::int64_t srpm_size = 0;
    std::vector<std::string> build_requires;
    std::vector<std::string> exclusive_arch;
    std::vector<std::string> exclude_arch;
    bool noarch = false;                  ///< BuildArch: noarch: built once, for every variant
    bool dynamic_build_requires = false;  ///< has %generate_buildrequires
    friend bool operator==(const SourcePackage&, const SourcePackage&) = default;
};
BOOST_DESCRIBE_STRUCT(SourcePackage,
                      (),
                      (id,
                       package_set,
                       name,
                       epoch,
                       version,
                       release,
                       srpm_name,
                       srpm_digest,
                       srpm_size,
                       build_requires,
                       exclusive_arch,
                       exclude_arch,
                       noarch,
                       dynamic_build_requires))

/// The frozen repos that buildroots install from; the id is the digest of their repomd digests.
struct Seed {
    Digest id;
    std::string release;
    std::vector<SeedRepo> repos;
    TimePoint added_at{};
    friend bool operator==(const Seed&, const Seed&) = default;
};
BOOST_DESCRIBE_STRUCT(Seed, (), (id, release, repos, added_at))

/// `running`: builds or comparisons are open. `composing`: all is decided, its compose is not there
/// yet.
enum class RebuildState { running, composing, finished, failed, cancelled };
BOOST_DESCRIBE_ENUM(RebuildState, running, composing, finished, failed, cancelled)

constexpr bool is_final(RebuildState state) {
    return state == RebuildState::finished || state == RebuildState::failed ||
           state == RebuildState::cancelled;
}

struct Rebuild {
    RebuildId id;
    std::string release;
    PackageSetId package_set;
    Digest seed;
    Mode mode = Mode::flat;
    PriorityClass priority = PriorityClass::normal;
    double share = 1;     ///< of the fleet, relative to the other rebuilds of its class
    bool paused = false;  ///< gets no new lease; what runs goes on
    std::string stream;
    std::vector<std::string> variants;
    std::int64_t counter = 0;  ///< of the release's rebuilds; part of dist, so of each NEVRA
    std::optional<RebuildId> retry_of;        ///< builds again what failed there
    std::optional<RebuildId> second_pass_of;  ///< builds again what took code in there
    RebuildState state = RebuildState::running;
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    friend bool operator==(const Rebuild&, const Rebuild&) = default;
};
BOOST_DESCRIBE_STRUCT(Rebuild,
                      (),
                      (id,
                       release,
                       package_set,
                       seed,
                       mode,
                       priority,
                       share,
                       paused,
                       stream,
                       variants,
                       counter,
                       retry_of,
                       second_pass_of,
                       state,
                       created_at,
                       finished_at))

struct Build {
    BuildId id;
    RebuildId rebuild;
    SourcePackageId source_package;
    std::string variant;
    std::string identity;  ///< docs/architecture.md, section 5; equal identity, equal output
    std::string flags;  ///< what its variant's configuration and its package's rule say, in short
    std::string dist;
    BuildState state = BuildState::blocked;
    int attempts = 0;
    int infra_failures = 0;
    TimePoint not_before{};         ///< back-off: no lease before
    std::optional<WorkerId> avoid;  ///< the last attempt failed there for no fault of the package
    std::vector<FailedTry> failed_tries;     ///< while it is open
    std::vector<std::string> excluded_cpus;  ///< "vendor model" of CPUs that lacked an instruction
    std::int64_t memory_bytes_min = 0;       ///< grows after `oom`
    std::vector<std::string> from_seed;      ///< sources of the rebuild, yet taken from the seed
    std::optional<TimePoint> ready_at;       ///< when all that it needs was settled
    std::optional<Outcome> outcome;          ///< of the last attempt that ended
    std::string evidence;                    ///< what decided it
    std::optional<BuildId> reused_from;      ///< the build whose RPMs these are
    Digest code_identity;
    Level level_used = Level::none;  ///< the highest level of any instruction found in its RPMs
    std::vector<std::string> audit_findings;  ///< leaks that no exception covers; the first few
    std::vector<FacetDigests> interfaces;     ///< what its RPMs are to others
    std::vector<std::string> compilers;       ///< NEVRAs in its build root; none: not known
    std::optional<AbiInterface> abi;          ///< where its build root had such a library
    std::int64_t installed_bytes = 0;         ///< of its packages, debug ones apart; 0: not known
    std::optional<TimePoint> finished_at;
    std::optional<TimePoint> removed_at;  ///< since then its packages may be gone: never reused
    friend bool operator==(const Build&, const Build&) = default;
};
BOOST_DESCRIBE_STRUCT(Build,
                      (),
                      (id,
                       rebuild,
                       source_package,
                       variant,
                       identity,
                       flags,
                       dist,
                       state,
                       attempts,
                       infra_failures,
                       not_before,
                       avoid,
                       failed_tries,
                       excluded_cpus,
                       memory_bytes_min,
                       from_seed,
                       ready_at,
                       outcome,
                       evidence,
                       reused_from,
                       code_identity,
                       level_used,
                       audit_findings,
                       interfaces,
                       compilers,
                       abi,
                       installed_bytes,
                       finished_at,
                       removed_at))

/// One RPM that a build made.
struct BuildRpm : RpmFile {
    BuildId build;
    friend bool operator==(const BuildRpm&, const BuildRpm&) = default;
};
BOOST_DESCRIBE_STRUCT(BuildRpm, (RpmFile), (build))

struct Comparison {
    ComparisonId id;
    RebuildId rebuild;
    SourcePackageId source_package;
    std::string variant;
    ComparisonKind kind = ComparisonKind::ab;
    std::string vendor;  ///< of the CPUs that it is measured on; empty: any
    BuildId baseline_build;
    BuildId variant_build;  ///< of an `aa` the baseline's, too
    ComparisonState state = ComparisonState::waiting;
    int attempts = 0;
    int infra_failures = 0;
    TimePoint not_before{};
    std::optional<Verdict> verdict;
    std::string reason;
    std::vector<BenchmarkResult> results;  ///< the deciding one first
    std::string cpu;                       ///< "vendor model" that the results are of
    /// Of the promotion that was measured; 1 of whatever else was. None: not measured in this
    /// rebuild, so no member of its family (gate/close_family.hpp).
    std::optional<double> p;
    std::optional<double> p_adjusted;            ///< once the family is closed
    std::optional<ComparisonId> inherited_from;  ///< whose verdict this is
    std::string verdict_key;  ///< of one that was measured: what it is about (gate/verdict_key.hpp)
    bool promoted = false;    ///< what the gate made of the verdict, once the family is closed
    std::optional<TimePoint> decided_at;
    friend bool operator==(const Comparison&, const Comparison&) = default;
};
BOOST_DESCRIBE_STRUCT(Comparison,
                      (),
                      (id,
                       rebuild,
                       source_package,
                       variant,
                       kind,
                       vendor,
                       baseline_build,
                       variant_build,
                       state,
                       attempts,
                       infra_failures,
                       not_before,
                       verdict,
                       reason,
                       results,
                       cpu,
                       p,
                       p_adjusted,
                       inherited_from,
                       verdict_key,
                       promoted,
                       decided_at))

enum class ComposeState { pending, finished, failed };
BOOST_DESCRIBE_ENUM(ComposeState, pending, finished, failed)

struct Compose {
    ComposeId id;
    std::string release;
    RebuildId rebuild;
    std::string stream;
    std::optional<ComposeId> base;    ///< the stream's compose that this one started from
    Signing signing = Signing::none;  ///< as the release said when the compose was decided
    ComposeState state = ComposeState::pending;
    int failures = 0;
    TimePoint not_before{};
    std::string error;
    /// "zlib.x86_64_v3": published so once, and no longer; who has it gets updates by
    /// `dnf distro-sync` only. Of earlier composes, too.
    std::vector<std::string> stalled;
    std::vector<std::string> notes;  ///< what was left out of a variant, and why: sentences
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    std::optional<TimePoint> removed_at;  ///< since then its tree may be gone
    friend bool operator==(const Compose&, const Compose&) = default;
};
BOOST_DESCRIBE_STRUCT(Compose,
                      (),
                      (id,
                       release,
                       rebuild,
                       stream,
                       base,
                       signing,
                       state,
                       failures,
                       not_before,
                       error,
                       stalled,
                       notes,
                       created_at,
                       finished_at,
                       removed_at))

/// The builds whose packages a compose has, each once.
struct ComposeBuilds {
    ComposeId compose;
    std::vector<BuildId> builds;
    friend bool operator==(const ComposeBuilds&, const ComposeBuilds&) = default;
};
BOOST_DESCRIBE_STRUCT(ComposeBuilds, (), (compose, builds))

/// One RPM in one repo of a compose.
struct ComposePackage : RpmFile {
    ComposeId compose;
    std::string repo;    ///< "x86_64/os", "x86_64_v3/debug", "source"
    std::string source;  ///< name of the source package
    BuildId build;       ///< that made it
    friend bool operator==(const ComposePackage&, const ComposePackage&) = default;
};
BOOST_DESCRIBE_STRUCT(ComposePackage, (RpmFile), (compose, repo, source, build))

struct Stream {
    std::string release;
    std::string name;
    ComposeId compose;
    friend bool operator==(const Stream&, const Stream&) = default;
};
BOOST_DESCRIBE_STRUCT(Stream, (), (release, name, compose))

/// `publish`: to a new compose of its own. The others: to one that is there already.
enum class MoveKind { publish, promote, rollback };
BOOST_DESCRIBE_ENUM(MoveKind, publish, promote, rollback)

enum class MoveState { pending, finished, failed };
BOOST_DESCRIBE_ENUM(MoveState, pending, finished, failed)

/// A stream's way to another compose; those that are finished are its history. At most one of a
/// stream is pending.
struct StreamMove {
    StreamMoveId id;
    std::string release;
    std::string stream;
    MoveKind kind = MoveKind::publish;
    ComposeId compose;
    std::optional<ComposeId> before;  ///< what the stream showed when the move was decided
    MoveState state = MoveState::pending;
    std::string error;
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    bool hurt_allowed = false;  ///< somebody's word: it moves whatever becomes of its clients
    std::string client_check;   ///< what the check of its clients found; empty: it was not made
    friend bool operator==(const StreamMove&, const StreamMove&) = default;
};
BOOST_DESCRIBE_STRUCT(StreamMove,
                      (),
                      (id,
                       release,
                       stream,
                       kind,
                       compose,
                       before,
                       state,
                       error,
                       created_at,
                       finished_at,
                       hurt_allowed,
                       client_check))

/// The farm's state: enough to go on after a crash. Ended attempts, and the samples of comparisons
/// that are decided, are in the database only.
struct Snapshot {
    std::map<PackageSetId, PackageSet> package_sets;
    std::map<SourcePackageId, SourcePackage> source_packages;
    std::map<Digest, Seed> seeds;
    /// By seed and source package; where there is none, that pair was not resolved yet.
    std::map<std::pair<Digest, SourcePackageId>, SourceDependencies> dependencies;
    std::map<std::pair<std::string, std::string>, BuildHistory> build_history;  ///< release, source
    std::map<WorkerId, Worker> workers;
    std::map<WorkerId, WorkerHealth> worker_health;
    std::map<RebuildId, Rebuild> rebuilds;
    std::map<BuildId, Build> builds;
    std::map<BuildId, std::vector<BuildRpm>> build_rpms;
    std::map<ComparisonId, Comparison> comparisons;
    std::map<ComparisonId, Measured> measured;  ///< of open comparisons
    std::map<WaiverId, Waiver> waivers;
    std::map<AttemptId, Attempt> attempts;  ///< those with a live lease
    std::map<AttemptId, Lease> leases;
    std::map<ComposeId, Compose> composes;
    /// By repo and file name.
    std::map<ComposeId, std::map<std::pair<std::string, std::string>, ComposePackage>>
        compose_packages;
    std::map<ComposeId, ComposeBuilds> compose_builds;
    std::map<std::pair<std::string, std::string>, Stream> streams;  ///< by release and name
    std::map<StreamMoveId, StreamMove> stream_moves;
    AttemptId last_attempt;
    std::int64_t last_fence = 0;
    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

}  // namespace terrace::core
