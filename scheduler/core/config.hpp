#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"
#include "common/vocab/benchmark.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/priority.hpp"
#include "common/vocab/signing.hpp"
#include "common/vocab/time.hpp"
#include "scheduler/core/estimate.hpp"

/// What the operator decided, read once at start and constant from then on.
namespace terrace::core {

/// One output of a release.
struct VariantSpec {
    std::string name;
    std::string target_arch;           ///< rpmbuild --target; the RPMs' arch with `encoding: arch`
    Level target_level = Level::none;  ///< what is compiled
    Level run_level = Level::none;     ///< what %check executes: the least that a worker must have
    Encoding encoding = Encoding::arch;
    std::string mock_config;           ///< name of the .cfg, without suffix
    std::vector<std::string> defines;  ///< further --define "NAME VALUE"
    std::string digest;  ///< of all of this and of the mock config's text: part of the identity
};

/// What becomes of a variant that nothing is known of.
enum class UndecidedPolicy { baseline, ship };
BOOST_DESCRIBE_ENUM(UndecidedPolicy, baseline, ship)

/// What a finding does: it is shown and holds nothing back, or keeps the variant from shipping.
enum class FindingPolicy { report, require };
BOOST_DESCRIBE_ENUM(FindingPolicy, report, require)

/// Which earlier verdict holds for a comparison, too: none, that of the same two builds, or of any
/// builds of the same upstream version by the same compiler with the same flags.
enum class InheritPolicy { none, same_builds, patch_level };
BOOST_DESCRIBE_ENUM(InheritPolicy, none, same_builds, patch_level)

/// What verdict a measurement gives, and what the gate makes of it (docs/gate.md).
struct GatePolicy {
    double gain_min = 0.02;  ///< promote: the interval's lower end is above 1 + this
    double loss_max =
        0.01;  ///< regress: the upper end is below 1 - this; equivalent: all inside +-this
    double noise_max =
        0.25;  ///< unstable: log ratios of pairs spread wider than this (standard deviation)
    /// After so many pairs of each benchmark it is decided whether to go on; two make a block.
    std::vector<int> looks = {10, 20, 40, 80};
    /// Of the promotions of a rebuild, at most this share is expected to gain too little.
    double false_discovery_max = 0.05;
    /// For this share of the comparisons the baseline is measured against itself, too.
    double aa_share = 0.05;
    UndecidedPolicy no_benchmark = UndecidedPolicy::baseline;
    UndecidedPolicy hold = UndecidedPolicy::baseline;
    FindingPolicy audit = FindingPolicy::report;  ///< of instructions above a build's level
    /// Of packages that promise or ask for something else than the baseline's; that a package is
    /// missing, or of another version, always keeps the variant from shipping.
    FindingPolicy parity = FindingPolicy::require;
    InheritPolicy inherit = InheritPolicy::patch_level;
    Duration inherit_max = std::chrono::days(180);  ///< since it was measured
    /// A promotion needs a verdict from CPUs of each, as CPUID spells them; empty: from any CPU.
    std::vector<std::string> vendors;
    /// Of the installed size of a source package's variant over its baseline's, as a share.
    std::optional<double> size_growth_max;
};
BOOST_DESCRIBE_STRUCT(GatePolicy,
                      (),
                      (gain_min,
                       loss_max,
                       noise_max,
                       looks,
                       false_discovery_max,
                       aa_share,
                       no_benchmark,
                       hold,
                       audit,
                       parity,
                       inherit,
                       inherit_max,
                       vendors,
                       size_growth_max))

/// What the release says of one source package.
struct PackageRule {
    bool exclude = false;                        ///< it takes no part in rebuilds
    std::vector<std::string> never;              ///< variants that it is not built for
    std::string extra_flags;                     ///< for the compiler; part of the identity
    std::string skip_check;                      ///< the reason why %check is not run
    std::vector<std::string> requires_features;  ///< of the worker's CPU, beside its level
    bool expensive = false;                      ///< starts before all others of its rebuild
    std::optional<Duration> timeout;
    std::optional<Duration> silence;  ///< as timeouts.silence of the farm
    std::optional<int> cores;
    std::optional<std::int64_t> memory_bytes;
    std::optional<std::int64_t> disk_bytes;
};

/// Source packages that pass each other values whose layout depends on the level (Eigen's alignment
/// is 16 bytes at the baseline, 32 with AVX): a variant ships all of them at its level, or none.
struct AbiGroup {
    std::string name;
    std::vector<std::string> sources;
    std::string reason = {};  ///< why the farm takes them for one; empty: the release file says so
};

/// Whether a package may leave a level that clients have it at, which `dnf upgrade` never follows
/// (docs/operating.md): never, or where users are told to run `dnf distro-sync`.
enum class AllowStall { never, distro_sync };

/// What packages of a release need beside it: its clients have the repos of the seed enabled, or
/// the release is complete in itself.
enum class Platform { seed, none };
BOOST_DESCRIBE_ENUM(Platform, seed, none)

/// How composes are made and checked.
struct ComposePolicy {
    AllowStall allow_stall = AllowStall::never;
    Platform platform = Platform::seed;
    std::vector<AbiGroup> abi_groups;
    /// Packages of header-only libraries whose types have another layout at another level: those
    /// that are built with one of them and link each other are a group (gate/abi_groups.hpp).
    std::vector<std::string> abi_group_libraries = {"eigen3-devel", "xsimd-devel", "blaze-devel"};
};

/// Files that every repository of packages gets beside what the packages say; empty: none.
struct MetadataFiles {
    std::string comps;       ///< path of a comps.xml: groups
    std::string updateinfo;  ///< path of an updateinfo.xml: advisories
    friend bool operator==(const MetadataFiles&, const MetadataFiles&) = default;
};

struct ReleaseSpec {
    std::string name;
    std::string dist_suffix;
    std::vector<VariantSpec> variants;  ///< the first is the baseline
    std::vector<std::string> streams;   ///< the first is where rebuilds go unless told
    Signing signing = Signing::none;
    /// How many composes of each stream stay, the current one among them. Who began to read any of
    /// them finds its files through the stream.
    std::size_t composes_kept = 5;
    GatePolicy gate;
    ComposePolicy compose;
    MetadataFiles metadata;
    OnFailedDependency on_failed_dependency = OnFailedDependency::seed;
    std::map<std::string, PackageRule> packages;  ///< by source package

    const PackageRule& rule(const std::string& source) const {
        static const PackageRule kNone;
        const auto found = packages.find(source);
        return found == packages.end() ? kNone : found->second;
    }

    const VariantSpec& baseline() const { return variants.front(); }
    const VariantSpec* variant(const std::string& variant_name) const {
        for (const VariantSpec& candidate : variants) {
            if (candidate.name == variant_name) return &candidate;
        }
        return nullptr;
    }
};

/// How often and how soon what the package is not to blame for is tried again.
struct RetryPolicy {
    int infra_failures_max = 5;  ///< of one build, those that its host is to blame for left out
    int attempts_max = 20;       ///< failed attempts of one build, whoever is to blame
    Duration delay_min = std::chrono::seconds(10);
    Duration delay_max = std::chrono::minutes(30);
};

/// When a worker is no longer trusted, and how it comes back (host_health.hpp). Failures are those
/// in a row.
struct HealthPolicy {
    /// After so many failures of any kind, what a package fails there is tried once more elsewhere.
    int suspect_after = 3;
    int quarantine_after = 5;       ///< failures that are the host's, or that others do not have
    int quarantine_after_any = 10;  ///< failures of any kind, of as many packages
    int probes = 2;                 ///< probing builds that must end well, one after the other
    /// The wait before a probing build; it doubles with each that fails.
    Duration probe_delay_min = std::chrono::minutes(10);
    Duration probe_delay_max = std::chrono::hours(12);
    friend bool operator==(const HealthPolicy&, const HealthPolicy&) = default;
};

/// How builds are given to workers (docs/placement.md).
struct PlacementPolicy {
    /// The part of each level's slots that background rebuilds leave free.
    double background_headroom = 0.1;
    /// The part of all slots, on the most capable workers, that run short builds only while there
    /// are any: so some slot of every level is free again soon, whenever urgent work comes.
    double quick_slots = 0.1;
    Duration quick_build = std::chrono::seconds(45);  ///< expected time of a short build
    /// Past use of slots by a rebuild counts half after this.
    Duration fair_share_half_life = std::chrono::hours(1);
    /// A build that has been ready for longer gets a worker reserved that makes room for it.
    Duration reserve_after = std::chrono::minutes(30);
    /// How long a build must have been without any worker that could run it to be shown as such.
    Duration unplaceable_after = std::chrono::minutes(10);
    /// A slot that was told "nothing" is taken to be still there for as long (a long poll, and
    /// some).
    Duration slot_waits = std::chrono::seconds(40);
    /// A rebuild of more builds must be confirmed with their exact number.
    std::int64_t confirm_above = 2000;
    EstimateDefaults unknown;  ///< of packages that were never built
};

/// How long stays what no compose and no rebuild needs.
struct KeepingPolicy {
    Duration builds = std::chrono::days(14);  ///< packages of builds, after their end: for reuse
    Duration objects = std::chrono::days(1);  ///< uploads that nothing refers to yet
    friend bool operator==(const KeepingPolicy&, const KeepingPolicy&) = default;
};

struct FarmConfig {
    std::map<std::string, ReleaseSpec> releases;
    std::map<std::string, BenchmarkFile> benchmarks;  ///< by source package
    std::vector<AuditException> audit_exceptions;  ///< reviewed: what looks like a leak and is none
    RetryPolicy retry;
    HealthPolicy health;
    PlacementPolicy placement;
    Duration lease_length = std::chrono::minutes(1);
    Duration heartbeat_interval = std::chrono::seconds(10);
    Duration build_timeout = std::chrono::hours(4);
    /// A build without output and without CPU use for this long is `stalled`; 0: never.
    Duration build_silence = std::chrono::minutes(30);
    Duration comparison_timeout = std::chrono::hours(1);
    KeepingPolicy keeping;
};

}  // namespace terrace::core
