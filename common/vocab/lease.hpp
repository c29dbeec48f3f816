#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"
#include "common/vocab/benchmark.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/resources.hpp"
#include "common/vocab/rpm_file.hpp"
#include "common/vocab/seed.hpp"
#include "common/vocab/time.hpp"

namespace terrace {

/// Everything mock needs to know to build one SRPM for one variant.
struct BuildOrder {
    std::string package;    ///< name of the source package
    std::string srpm_name;  ///< file name
    Digest srpm_digest;
    std::string mock_config;  ///< name of the .cfg, without suffix
    std::string target_arch;  ///< rpmbuild --target
    Level target_level = Level::x86_64;
    std::string dist;                  ///< --define "dist VALUE"
    std::vector<std::string> defines;  ///< further --define "NAME VALUE"
    bool require_march = false;        ///< the log must show -march of the target level
    std::string extra_flags;           ///< compiler flags that the release's rule for it adds
    bool skip_check = false;           ///< the release's rule says so
    /// Ordered mode: RPMs that its dependencies made in this rebuild; its buildroot prefers them to
    /// the seed's.
    std::vector<RpmFile> buildroot_rpms;
    Resources resources;  ///< what of the host is set aside for it
    Duration timeout{};
    /// Without output and without CPU use of its processes for this long it is `stalled`; 0: never.
    Duration silence_max{};
    friend bool operator==(const BuildOrder&, const BuildOrder&) = default;
};
BOOST_DESCRIBE_STRUCT(BuildOrder,
                      (),
                      (package,
                       srpm_name,
                       srpm_digest,
                       mock_config,
                       target_arch,
                       target_level,
                       dist,
                       defines,
                       require_march,
                       extra_flags,
                       skip_check,
                       buildroot_rpms,
                       resources,
                       timeout,
                       silence_max))

/// Measure the installed RPMs of the variant against those of the baseline.
struct ComparisonOrder {
    BenchmarkFile benchmark;
    std::string mock_config;  ///< of the baseline: both roots are made by it
    std::vector<RpmFile> baseline_rpms;
    std::vector<RpmFile> variant_rpms;
    /// Of the benchmark file: samples of another one are not counted together with these.
    Digest benchmark_digest;
    int pairs_done = 0;  ///< of each benchmark, on such a CPU; the next pair has this number
    int pairs_next = 0;  ///< measure up to so many, and hand them in: the next look (look.hpp)
    Duration timeout{};
    friend bool operator==(const ComparisonOrder&, const ComparisonOrder&) = default;
};
BOOST_DESCRIBE_STRUCT(ComparisonOrder,
                      (),
                      (benchmark,
                       mock_config,
                       baseline_rpms,
                       variant_rpms,
                       benchmark_digest,
                       pairs_done,
                       pairs_next,
                       timeout))

/// A lease: exactly one of `build` and `comparison` is set.
struct LeaseGrant {
    AttemptId attempt;
    std::int64_t fence = 0;
    TimePoint expires_at{};
    Digest seed;  ///< the seed's id; its repos must still have these digests
    std::vector<SeedRepo> seed_repos;
    std::optional<BuildOrder> build;
    std::optional<ComparisonOrder> comparison;
    friend bool operator==(const LeaseGrant&, const LeaseGrant&) = default;
};
BOOST_DESCRIBE_STRUCT(LeaseGrant,
                      (),
                      (attempt, fence, expires_at, seed, seed_repos, build, comparison))

struct LeaseKey {
    AttemptId attempt;
    std::int64_t fence = 0;
    friend auto operator<=>(const LeaseKey&, const LeaseKey&) = default;
};
BOOST_DESCRIBE_STRUCT(LeaseKey, (), (attempt, fence))

struct AttemptReport {
    std::int64_t fence = 0;
    Outcome outcome = Outcome::infra_aborted;
    std::string evidence;  ///< the sentence or line of the log that decided the outcome
    int exit_code = 0;
    std::int64_t wall_ms = 0;
    std::int64_t cpu_ms = 0;
    /// Of all its processes at once, of memory that cannot be given back; without a control group,
    /// of the largest process.
    std::int64_t memory_peak_bytes = 0;
    /// Of a build: the most that was seen on disk below the build root's home, where rpmbuild
    /// unpacks, compiles and packs, plus mock's results at the end. Allocated blocks, not lengths.
    /// Not in it: the build root's own packages, and a build root on tmpfs.
    std::int64_t disk_bytes = 0;
    std::int64_t bytes_written = 0;  ///< to block devices, now or by the page cache; 0: not known
    /// Of a build: what was installed in its build root when rpmbuild began, as NEVRAs, sorted.
    std::vector<std::string> buildroot_packages;
    std::vector<RpmFile> rpms;  ///< of a build: each was uploaded before
    AuditReport audit;          ///< of a build
    friend bool operator==(const AttemptReport&, const AttemptReport&) = default;
};
BOOST_DESCRIBE_STRUCT(AttemptReport,
                      (),
                      (fence,
                       outcome,
                       evidence,
                       exit_code,
                       wall_ms,
                       cpu_ms,
                       memory_peak_bytes,
                       disk_bytes,
                       bytes_written,
                       buildroot_packages,
                       rpms,
                       audit))

}  // namespace terrace
