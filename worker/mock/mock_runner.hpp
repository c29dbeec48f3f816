#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"
#include "worker/core/kernel_lines.hpp"
#include "worker/core/log_scanner.hpp"
#include "worker/core/outcome.hpp"
#include "worker/mock/attempt_log.hpp"
#include "worker/sandbox/cgroup.hpp"

namespace terrace::worker {

/// An invalid opcode that the kernel told of while mock ran: by a program of this build, or not.
struct SeenOpcode {
    InvalidOpcode opcode;
    bool in_check = false;  ///< rpmbuild was running %check
};

/// How it ended.
struct MockEnd {
    int exit_code = 0;
    Stop stop = Stop::none;  ///< why run_mock() has ended it
    Duration limit{};        ///< that it exceeded, if it was out_of_time or stalled
    /// Memory and CPU time are the group's where its controllers tell them, else those of processes
    /// that were waited for.
    os::ChildUsage usage;
    /// As AttemptReport has it. 0, which is "not known", with the build root on a tmpfs.
    std::int64_t disk_bytes = 0;
    LogFacts facts;
    HostEvidence host;  ///< whose fault is left to who looks at the failure
    std::vector<SeenOpcode> invalid_opcodes;

    /// An end that is not mock's own: it may have left a build root, in any state.
    bool was_ended() const { return stop != Stop::none || exit_code >= 128; }
};

/// One run of mock.
struct MockRun {
    std::vector<std::string> command;
    std::vector<std::vector<std::string>>
        clean_up;  ///< what is run, in order, after any end but success
    std::map<std::string, std::string> environment;
    /// Ends the slot's processes that mock's own end has left; before anything of them is read.
    std::function<void()> end_processes = [] {};
    std::filesystem::path results;         ///< mock's --resultdir
    std::filesystem::path output;          ///< a file for what mock itself prints
    std::filesystem::path base_directory;  ///< mock's basedir, and below it the build root whose
    std::string unique_ext;                ///< name ends in this
    Level target_level = Level::x86_64;
    Duration time_max{};
    bool root_on_tmpfs = false;
    std::filesystem::path overlay;  ///< where the layers of its build root are, if it has them
    /// Told what the attempt has on disk, says whether it must end for want of it.
    std::function<bool(std::int64_t disk_bytes)> disk_must_end = [](std::int64_t) { return false; };
    sandbox::Cgroup* group = nullptr;  ///< mock and all it starts live in it; null: in ours
    Duration silence_max{};            ///< without output and CPU use it is `stalled`; 0: never
    int uid = -1;                      ///< whom mock builds as
    /// Called after a failure, while its build root is still there.
    std::function<void(const MockEnd& end)> look_at_failure;
};

/// Runs mock in a process group of its own and waits for its end, with its logs copied into `log`
/// while they grow: its own output, build.log, and after a failure root.log. When `cancelled` says
/// true, or time, silence or disk are over, the process group is told to end, then killed with all
/// that is in its control group. Unless mock succeeded, what is left in the build root is killed
/// and the build root removed; only then this returns. Blocks. Throws std::system_error if mock
/// cannot be started.
MockEnd run_mock(const MockRun& run, AttemptLog& log, const std::function<bool()>& cancelled);

/// Runs commands that must not fail an attempt, such as the cleaning-up of a build root, within two
/// minutes each; what they print goes to the daemon's log if they fail.
void run_clean_up(const std::vector<std::vector<std::string>>& commands,
                  const std::map<std::string, std::string>& environment);

}  // namespace terrace::worker
