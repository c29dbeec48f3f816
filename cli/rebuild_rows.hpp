#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/nevra.hpp"
#include "common/vocab/time.hpp"

/// What the commands read of the farm's answers (docs/api.md) about rebuilds and what comes of
/// them. States and verdicts are text here, as in cli/rows.hpp.
namespace terrace::cli {

using Counts = std::map<std::string, std::int64_t>;  ///< by state

struct RebuildRow {
    std::int64_t id = 0;
    std::string release;
    std::string mode;
    std::string priority;
    double share = 1;
    bool paused = false;
    std::optional<std::int64_t> retry_of;
    std::optional<std::int64_t> second_pass_of;
    std::string stream;
    std::vector<std::string> variants;
    std::string state;
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    Counts builds;
    Counts comparisons;
    std::optional<std::int64_t> compose;
};
BOOST_DESCRIBE_STRUCT(RebuildRow,
                      (),
                      (id,
                       release,
                       mode,
                       priority,
                       share,
                       paused,
                       retry_of,
                       second_pass_of,
                       stream,
                       variants,
                       state,
                       created_at,
                       finished_at,
                       builds,
                       comparisons,
                       compose))

struct AttemptRow {
    std::int64_t id = 0;
    std::string worker;
    int number = 0;
    TimePoint started_at{};
    std::optional<TimePoint> ended_at;
    std::optional<std::string> outcome;
    std::string evidence;
    std::int64_t wall_ms = 0;
    std::int64_t cpu_ms = 0;
    std::int64_t memory_peak_bytes = 0;
    std::int64_t disk_bytes = 0;
    std::int64_t bytes_written = 0;
    std::optional<std::string> buildroot;   ///< what /v1/buildroots/ID wants
    std::optional<int> buildroot_packages;  ///< how many
};
BOOST_DESCRIBE_STRUCT(AttemptRow,
                      (),
                      (id,
                       worker,
                       number,
                       started_at,
                       ended_at,
                       outcome,
                       evidence,
                       wall_ms,
                       cpu_ms,
                       memory_peak_bytes,
                       disk_bytes,
                       bytes_written,
                       buildroot,
                       buildroot_packages))

struct BuildrootRow {
    std::string id;
    std::vector<std::string> packages;
};
BOOST_DESCRIBE_STRUCT(BuildrootRow, (), (id, packages))

struct RpmRow {
    Nevra nevra;
    std::string filename;
    std::int64_t size = 0;
    bool debug = false;
};
BOOST_DESCRIBE_STRUCT(RpmRow, (), (nevra, filename, size, debug))

struct BuildRow {
    std::int64_t id = 0;
    std::int64_t rebuild = 0;
    std::string package;
    std::string variant;
    std::string state;
    std::optional<std::string> outcome;
    std::optional<std::string> evidence;
    int attempts = 0;
    std::optional<std::int64_t> reused_from;
    std::optional<std::int64_t> attempt;
    std::optional<std::string> worker;
    std::optional<std::int64_t> wall_ms;
    std::optional<TimePoint> finished_at;
    std::string identity;  ///< this and the rest: only in the answer for one build
    std::string dist;
    std::string level_used;
    std::vector<std::string> audit_findings;
    std::vector<std::string> from_seed;
    std::optional<TimePoint> ready_at;
    std::vector<AttemptRow> attempt_list;
    std::vector<RpmRow> rpms;
};
BOOST_DESCRIBE_STRUCT(BuildRow,
                      (),
                      (id,
                       rebuild,
                       package,
                       variant,
                       state,
                       outcome,
                       evidence,
                       attempts,
                       reused_from,
                       attempt,
                       worker,
                       wall_ms,
                       finished_at,
                       identity,
                       dist,
                       level_used,
                       audit_findings,
                       from_seed,
                       ready_at,
                       attempt_list,
                       rpms))

struct ResultRow {
    std::string name;
    std::string role;
    int pairs = 0;
    double ratio = 1;
    double ci_low = 1;
    double ci_high = 1;
};
BOOST_DESCRIBE_STRUCT(ResultRow, (), (name, role, pairs, ratio, ci_low, ci_high))

struct ComparisonRow {
    std::int64_t id = 0;
    std::string package;
    std::string variant;
    std::string vendor;  ///< of the CPUs; empty: any
    std::string state;
    std::optional<std::string> verdict;
    std::string reason;
    std::vector<ResultRow> results;  ///< the deciding one first
    bool promoted = false;
};
BOOST_DESCRIBE_STRUCT(ComparisonRow,
                      (),
                      (id, package, variant, vendor, state, verdict, reason, results, promoted))

struct ComposePackageRow {
    std::string repo;
    std::string source;
    Nevra nevra;
    std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(ComposePackageRow, (), (repo, source, nevra, size))

struct ComposeRow {
    std::int64_t id = 0;
    std::string release;
    std::int64_t rebuild = 0;
    std::string stream;
    std::optional<std::int64_t> base;
    std::string signing = "none";
    std::string state;
    std::string error;                 ///< a line for the whole, and one for each finding
    std::vector<std::string> stalled;  ///< "zlib.x86_64_v3"
    std::vector<std::string> notes;    ///< sentences
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    std::int64_t packages = 0;
    std::optional<std::string> path;
    std::vector<ComposePackageRow> package_list;  ///< only in the answer for one compose
};
BOOST_DESCRIBE_STRUCT(ComposeRow,
                      (),
                      (id,
                       release,
                       rebuild,
                       stream,
                       base,
                       signing,
                       state,
                       error,
                       stalled,
                       notes,
                       created_at,
                       finished_at,
                       packages,
                       path,
                       package_list))

struct StreamRow {
    std::string release;
    std::string name;
    std::int64_t compose = 0;
    std::optional<std::string> path;
};
BOOST_DESCRIBE_STRUCT(StreamRow, (), (release, name, compose, path))

struct MoveRow {
    std::int64_t id = 0;
    std::string release;
    std::string stream;
    std::string kind;
    std::int64_t compose = 0;
    std::optional<std::int64_t> before;
    std::string state;
    std::string error;
    std::string client_check;
};
BOOST_DESCRIBE_STRUCT(MoveRow,
                      (),
                      (id, release, stream, kind, compose, before, state, error, client_check))

/// EVRs; null where the compose has no such package.
struct DifferingPackage {
    std::string repo;
    std::string name;
    std::string arch;
    std::optional<std::string> before;
    std::optional<std::string> after;
};
BOOST_DESCRIBE_STRUCT(DifferingPackage, (), (repo, name, arch, before, after))

struct ComposeDiff {
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::vector<DifferingPackage> packages;
};
BOOST_DESCRIBE_STRUCT(ComposeDiff, (), (before, after, packages))

}  // namespace terrace::cli
