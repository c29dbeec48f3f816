#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/config.hpp"
#include "scheduler/core/worker_rows.hpp"

/// Whose fault a failure is, and which workers are no longer trusted. Pure; no thread, no clock.
///
/// The rule is Launchpad's (lib/lp/buildmaster/manager.py, judge_failure): compare how often the
/// host has failed in a row with how often the build has. With h = failures in a row of the worker
/// and b = workers that the build failed on alike, both with this failure:
///
///     h > b   the worker is to blame: it fails whatever it is given. The build is tried again and
///             its budget stays as it is.
///     h < b   the build is to blame: it fails wherever it goes. It is not held against this worker
///             any longer, nor against the others that it failed on.
///     h = b   nobody can tell. It counts against both, and goes to another worker.
///
/// Launchpad counts failures. Here a run of one worker counts different incidents and packages, so
/// that one bad package that comes back, or one power cut that takes eight builds, counts once:
/// what ran already when an earlier infra failure ended is of the same incident as that.
///
/// What a package fails (build_failed, timeout ...) is the package's until another worker has built
/// the same build. Nobody tries a failed package twice as a rule, for that would double a mass
/// rebuild's cost. But a worker that has failed all of its last suspect_after packages is
/// suspected, and from then on what fails there is tried once more, elsewhere. What another worker
/// builds counts against it like an infra failure. What fails there, too, is the package's; and
/// while no other worker has built any of the rest, the worker has shown that it judges as others
/// do, and is suspected no longer. So where all fails everywhere (the seed is broken), one package
/// in suspect_after is tried twice.
///
/// A worker is quarantined after quarantine_after such failures in a row, or quarantine_after_any
/// of any kind, if another worker ended an attempt well since that run began: else it is the farm
/// that is broken (its seed, its network), and to take all workers out would mend nothing. So a
/// farm of one worker never quarantines it. Any attempt that ends well ends the run: a worker that
/// fails half of what it gets is not found.
namespace terrace::core {

/// Of what sort a failure is. `neither`: it says nothing of the worker (oom and isa_mismatch have
/// remedies of their own; cancelled was asked for).
enum class FailureKind { neither, infra, package };
FailureKind kind_of(Outcome outcome);

enum class Blame { nobody, worker, build };

/// Launchpad's comparison. @pre both count the failure that is judged
constexpr Blame blame_for(int failures_of_worker, int workers_of_build) {
    if (failures_of_worker > workers_of_build) return Blame::worker;
    return failures_of_worker < workers_of_build ? Blame::build : Blame::nobody;
}

/// What the failures in a row of a worker come to.
struct RunCount {
    int incidents = 0;  ///< infra failures, those of one incident once
    int confirmed = 0;  ///< packages that failed here and that another worker built
    int packages = 0;   ///< all packages that failed here by an outcome of their own
    int suspicious() const { return incidents + confirmed; }
    int any() const { return incidents + packages; }
};
RunCount count(const std::vector<HostFailure>& run);

/// Adds it; of a long run the oldest go. One of an attempt that is there already changes nothing.
void add_failure(WorkerHealth& health, HostFailure failure);
/// The build failed on other workers, too: it no longer speaks against this one, nor do its other
/// package failures while no other worker has built any of them. Whether it did.
bool withdraw(WorkerHealth& health, BuildId build, FailureKind kind);
/// `failure.built_by` has built the build that failed here, so it counts, even if it had been
/// withdrawn; not if an attempt has ended well here since then. Whether that is news.
bool confirm(WorkerHealth& health, const HostFailure& failure);
/// An attempt ended well here. Whether that changed anything.
bool end_run(WorkerHealth& health, TimePoint now);

/// What a package fails here next is worth a try elsewhere.
bool is_suspected(const HealthPolicy& policy, const WorkerHealth& health);
/// The sentence that says why the worker must be quarantined; nullopt: it need not be.
std::optional<std::string> why_quarantine(const HealthPolicy& policy, const WorkerHealth& health);

/// How long to wait for the next probing build after so many waits before.
Duration probe_delay(const HealthPolicy& policy, int back_offs);

/// On how many workers the build failed by this kind; probing builds are left out.
int workers_failed(const std::vector<FailedTry>& tries, FailureKind kind);
/// How many of its attempts failed; probing builds are left out.
int tries_of_its_own(const std::vector<FailedTry>& tries);

/// The beginning of what an attempt said, for rows that are written often.
std::string shortened(const std::string& evidence);

/// What a failed attempt means for what it tried.
struct JudgedFailure {
    bool probe = false;
    bool counts = true;           ///< against its budget of infra failures
    bool second_opinion = false;  ///< another worker must try it before it fails
};

}  // namespace terrace::core
