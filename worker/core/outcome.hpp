#pragma once

#include <cstdint>
#include <string>

#include "common/vocab/outcome.hpp"
#include "common/vocab/time.hpp"
#include "worker/core/kernel_lines.hpp"
#include "worker/core/log_scanner.hpp"

namespace terrace::worker {

/// How an attempt ended, and the sentence or line of the log that decided it.
struct Ending {
    Outcome outcome = Outcome::infra_aborted;
    std::string evidence;
    friend bool operator==(const Ending&, const Ending&) = default;
};

/// What is known of the instructions that programs of this build died of.
enum class FaultKind {
    none,        ///< the kernel's log names none
    unknown,     ///< it does, but the instruction could not be read
    trap,        ///< ud0, ud1 or ud2: a program ended itself on purpose
    instruction  ///< any other: this CPU lacks it
};

struct Fault {
    FaultKind kind = FaultKind::none;
    std::string what;       ///< the instruction and its place, or why it is not known
    bool in_check = false;  ///< it happened while %check ran
    friend bool operator==(const Fault&, const Fault&) = default;
};

/// What the host knows of one run of mock, beside its logs.
struct HostEvidence {
    int oom_kills = 0;  ///< by the build's own control group; 0 too where it has none
    KernelFacts kernel;
    Fault fault;
    bool disk_exhausted = false;  ///< nothing was left where the build root is
    friend bool operator==(const HostEvidence&, const HostEvidence&) = default;
};

/// What mock's exit code (6.7) means together with its logs and what the host knows. The code alone
/// does not tell: 1 is "rpmbuild failed" and "mock broke" alike. What is not surely the package's
/// fault is ours, and ours is retried elsewhere.
Ending mock_ending(int exit_code, const LogFacts& facts, const HostEvidence& host = {});

/// Why the worker itself ended a run.
enum class Stop {
    none,
    cancelled,
    out_of_time,
    out_of_disk,  ///< too little was left on the worker's disk, and this attempt had most on it
    stalled
};

/// What that means. Time and silence are the package's only if it was rpmbuild that used them up;
/// while the build root is filled they are those of a mirror, a disk or mock.
/// @param limit the time that was exceeded
Ending stopped_ending(Stop why, Duration limit, const LogFacts& facts);

/// What the end of a run of mock means, whoever ended it: stopped_ending() or mock_ending().
Ending run_ending(
    Stop why, Duration limit, int exit_code, const LogFacts& facts, const HostEvidence& host);

/// Whether a run whose build root was on a tmpfs failed for want of room in that, so that it may
/// succeed on the host's disk; not if that was full as well, or the worker ended the run.
/// @param outcome run_ending()'s
bool tmpfs_was_full(Stop why, int exit_code, Outcome outcome, const HostEvidence& host);

}  // namespace terrace::worker
