#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/time.hpp"
#include "common/vocab/worker_hello.hpp"
#include "scheduler/core/worker_admission.hpp"

/// The rows about workers: what each is, and whether it is trusted.
namespace terrace::core {

struct Worker {
    WorkerId id;
    std::string name;
    WorkerHello hello;
    Level level = Level::none;  ///< what it may be given: the CPU's, at most hello.level_max
    TimePoint registered_at{};
    TimePoint seen_at{};
    friend bool operator==(const Worker&, const Worker&) = default;
};
BOOST_DESCRIBE_STRUCT(Worker, (), (id, name, hello, level, registered_at, seen_at))

/// One attempt that a worker failed since it last ended one well.
struct HostFailure {
    AttemptId attempt;
    std::optional<BuildId> build;  ///< unset: of a comparison
    std::string package;
    Outcome outcome = Outcome::infra_aborted;
    std::string sentence;  ///< what the attempt said
    TimePoint started_at{};
    TimePoint ended_at{};
    std::string built_by;  ///< the worker that then built the same build; empty: none yet
    friend bool operator==(const HostFailure&, const HostFailure&) = default;
};
BOOST_DESCRIBE_STRUCT(HostFailure,
                      (),
                      (attempt, build, package, outcome, sentence, started_at, ended_at, built_by))

/// Whether a worker gets leases, why, and the failures that speak against it. A worker without
/// this row is enabled, and has failed nothing.
struct WorkerHealth {
    WorkerId worker;
    Admission admission = Admission::enabled;
    TimePoint since{};             ///< of this admission, and of its reason
    std::string reason;            ///< a sentence, the operator's or the farm's
    bool by_farm = false;          ///< the farm decided this admission
    std::vector<HostFailure> run;  ///< its failures in a row, the oldest first
    bool others_built = false;     ///< since that run began another worker ended an attempt well
    std::optional<TimePoint> run_ended_at;  ///< when an attempt here last ended a run of failures
    int back_offs = 0;                      ///< each doubles the wait before the next probing build
    std::optional<TimePoint> probe_at;      ///< quarantined: no probing build before
    std::optional<AttemptId> probe;         ///< the probing build that it runs
    int probes_passed = 0;                  ///< in a row
    friend bool operator==(const WorkerHealth&, const WorkerHealth&) = default;
};
BOOST_DESCRIBE_STRUCT(WorkerHealth,
                      (),
                      (worker,
                       admission,
                       since,
                       reason,
                       by_farm,
                       run,
                       others_built,
                       run_ended_at,
                       back_offs,
                       probe_at,
                       probe,
                       probes_passed))

/// One try of an open build that did not end well; it goes when the build ends.
struct FailedTry {
    AttemptId attempt;
    WorkerId worker;
    Outcome outcome = Outcome::infra_aborted;
    std::string sentence;
    TimePoint started_at{};
    TimePoint ended_at{};
    bool probe = false;  ///< it was to prove the worker, and says nothing of the build
    friend bool operator==(const FailedTry&, const FailedTry&) = default;
};
BOOST_DESCRIBE_STRUCT(FailedTry,
                      (),
                      (attempt, worker, outcome, sentence, started_at, ended_at, probe))

}  // namespace terrace::core
