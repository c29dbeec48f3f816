#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/vocab/audit.hpp"
#include "common/vocab/benchmark.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/look.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/resources.hpp"
#include "common/vocab/time.hpp"

namespace terrace::core {

/// What was installed in build roots when rpmbuild began; kept in the database and never in memory.
struct Buildroot {
    Digest id;                          ///< of the packages, one a line
    std::vector<std::string> packages;  ///< NEVRAs, sorted
    friend bool operator==(const Buildroot&, const Buildroot&) = default;
};
BOOST_DESCRIBE_STRUCT(Buildroot, (), (id, packages))

/// All that the audit of a build found; kept in the database and never in memory.
struct BuildAudit {
    BuildId build;
    AuditReport report;  ///< with the exceptions that covered its findings then
    friend bool operator==(const BuildAudit&, const BuildAudit&) = default;
};
BOOST_DESCRIBE_STRUCT(BuildAudit, (), (build, report))

struct Attempt {
    AttemptId id;
    std::optional<BuildId> build;
    std::optional<ComparisonId> comparison;
    WorkerId worker;
    int slot = 0;
    int number = 1;  ///< counts the attempts of one build or comparison
    std::int64_t fence = 0;
    TimePoint started_at{};
    std::optional<TimePoint> ended_at;
    std::optional<Outcome> outcome;
    std::string evidence;
    int exit_code = 0;
    std::int64_t wall_ms = 0;
    std::int64_t cpu_ms = 0;
    std::int64_t memory_peak_bytes = 0;
    std::int64_t disk_bytes = 0;
    std::int64_t bytes_written = 0;   ///< to block devices; 0: not known
    std::optional<Digest> buildroot;  ///< of a build that came as far as rpmbuild
    friend bool operator==(const Attempt&, const Attempt&) = default;
};
BOOST_DESCRIBE_STRUCT(Attempt,
                      (),
                      (id,
                       build,
                       comparison,
                       worker,
                       slot,
                       number,
                       fence,
                       started_at,
                       ended_at,
                       outcome,
                       evidence,
                       exit_code,
                       wall_ms,
                       cpu_ms,
                       memory_peak_bytes,
                       disk_bytes,
                       bytes_written,
                       buildroot))

/// The right of one slot to run one attempt until `expires_at`. Gone when the attempt ends.
struct Lease {
    AttemptId attempt;
    std::optional<BuildId> build;
    std::optional<ComparisonId> comparison;
    WorkerId worker;
    int slot = 0;
    int number = 1;  ///< of the attempt
    std::string incarnation;
    std::int64_t fence = 0;
    Resources resources;  ///< of the worker, set aside for it
    TimePoint granted_at{};
    TimePoint expires_at{};
    friend bool operator==(const Lease&, const Lease&) = default;
};
BOOST_DESCRIBE_STRUCT(Lease,
                      (),
                      (attempt,
                       build,
                       comparison,
                       worker,
                       slot,
                       number,
                       incarnation,
                       fence,
                       resources,
                       granted_at,
                       expires_at))

/// What one attempt measured up to one look of its comparison: where, and in what condition.
struct ComparisonLook {
    AttemptId attempt;
    int pairs = 0;  ///< of each benchmark, from all attempts on such a CPU
    ComparisonId comparison;
    std::string cpu;          ///< "vendor model" of the worker
    Digest benchmark_digest;  ///< of the benchmark file that was measured
    HostCondition host;
    TimePoint measured_at{};
    friend bool operator==(const ComparisonLook&, const ComparisonLook&) = default;
};
BOOST_DESCRIBE_STRUCT(ComparisonLook,
                      (),
                      (attempt, pairs, comparison, cpu, benchmark_digest, host, measured_at))

/// A raw sample, kept for ever in the database, and in memory while its comparison is open.
struct ComparisonSample : Sample {
    AttemptId attempt;
    ComparisonId comparison;
    friend bool operator==(const ComparisonSample&, const ComparisonSample&) = default;
};
BOOST_DESCRIBE_STRUCT(ComparisonSample, (Sample), (attempt, comparison))

/// What an open comparison has been told so far.
struct Measured {
    std::map<std::pair<AttemptId, int>, ComparisonLook> looks;  ///< by attempt and pairs
    /// By attempt, benchmark, pair and side.
    std::map<std::tuple<AttemptId, std::string, int, bool>, ComparisonSample> samples;
    friend bool operator==(const Measured&, const Measured&) = default;
};

}  // namespace terrace::core
