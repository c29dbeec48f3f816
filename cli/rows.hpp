#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/seed.hpp"
#include "common/vocab/time.hpp"
#include "common/vocab/worker_hello.hpp"

/// What the commands read of the farm's answers (docs/api.md) about what it is given and who works
/// for it. States are text here: a newer farm may have more of them, and they are only shown.
namespace terrace::cli {

struct VariantRow {
    std::string name;
    std::string target_arch;
    std::string target_level;
    std::string run_level;
    std::string encoding;
    std::string mock_config;
};
BOOST_DESCRIBE_STRUCT(VariantRow,
                      (),
                      (name, target_arch, target_level, run_level, encoding, mock_config))

struct ReleaseRow {
    std::string name;
    std::string dist_suffix;
    std::string baseline;
    std::vector<VariantRow> variants;
    std::vector<std::string> streams;
};
BOOST_DESCRIBE_STRUCT(ReleaseRow, (), (name, dist_suffix, baseline, variants, streams))

struct LeaseRow {
    std::int64_t attempt = 0;
    int slot = 0;
    std::optional<std::int64_t> build;
    std::optional<std::int64_t> comparison;
    std::string package;
    std::string variant;
    TimePoint granted_at{};
    TimePoint expires_at{};
};
BOOST_DESCRIBE_STRUCT(LeaseRow,
                      (),
                      (attempt, slot, build, comparison, package, variant, granted_at, expires_at))

/// One of a worker's failures in a row.
struct HostFailureRow {
    std::int64_t attempt = 0;
    std::optional<std::int64_t> build;
    std::string package;
    std::string outcome;
    std::string sentence;
    TimePoint ended_at{};
    std::string built_by;
};
BOOST_DESCRIBE_STRUCT(HostFailureRow,
                      (),
                      (attempt, build, package, outcome, sentence, ended_at, built_by))

struct WorkerRow {
    std::int64_t id = 0;
    std::string name;
    std::string level;
    WorkerHello hello;
    TimePoint registered_at{};
    TimePoint seen_at{};
    std::int64_t running = 0;
    std::string admission = "enabled";
    std::optional<TimePoint> since;
    std::string reason;
    bool by_farm = false;
    std::optional<TimePoint> probe_at;
    std::optional<std::int64_t> probe;
    int probes_passed = 0;
    std::vector<HostFailureRow> evidence;
    std::vector<LeaseRow> leases;  ///< only in the answer for one worker
};
BOOST_DESCRIBE_STRUCT(WorkerRow,
                      (),
                      (id,
                       name,
                       level,
                       hello,
                       registered_at,
                       seen_at,
                       running,
                       admission,
                       since,
                       reason,
                       by_farm,
                       probe_at,
                       probe,
                       probes_passed,
                       evidence,
                       leases))

struct PackageRow {
    std::int64_t id = 0;
    std::string name;
    int epoch = 0;
    std::string version;
    std::string release;
    std::string srpm_name;
    std::int64_t srpm_size = 0;
    bool noarch = false;
};
BOOST_DESCRIBE_STRUCT(PackageRow,
                      (),
                      (id, name, epoch, version, release, srpm_name, srpm_size, noarch))

struct SeedRow {
    std::string id;
    std::vector<SeedRepo> repos;
    TimePoint added_at{};
};
BOOST_DESCRIBE_STRUCT(SeedRow, (), (id, repos, added_at))

}  // namespace terrace::cli
