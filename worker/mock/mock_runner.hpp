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
#include "worker/core/log_scanner.hpp"
#include "worker/mock/attempt_log.hpp"

namespace terrace::worker {

/// One run of mock.
struct MockRun {
    std::vector<std::string> command;
    std::vector<std::vector<std::string>>
        clean_up;  ///< what is run, in order, after an end that is not mock's own
    std::map<std::string, std::string> environment;
    /// Ends the slot's processes that mock's own end has left; before anything of them is read.
    std::function<void()> end_processes = [] {};
    std::filesystem::path results;         ///< mock's --resultdir
    std::filesystem::path output;          ///< a file for what mock itself prints
    std::filesystem::path base_directory;  ///< mock's basedir, and below it the build root whose
    std::string unique_ext;                ///< name ends in this
    Level target_level = Level::x86_64;
    Duration time_max{};
};

/// How it ended.
struct MockEnd {
    int exit_code = 0;
    bool cancelled = false;
    bool out_of_time = false;  ///< it took longer than time_max and was ended
    os::ChildUsage usage;
    std::int64_t disk_bytes = 0;  ///< as AttemptReport has it
    LogFacts facts;
};

/// Runs mock in a process group of its own and waits for its end, with its logs copied into `log`
/// while they grow: its own output, build.log, and after a failure root.log. When `cancelled` says
/// true the group is told to end, then killed, then what is left in the build root is killed and
/// the build root removed; only then this returns. Blocks. Throws std::system_error if mock cannot
/// be started.
MockEnd run_mock(const MockRun& run, AttemptLog& log, const std::function<bool()>& cancelled);

/// Runs commands that must not fail an attempt, such as the cleaning-up of a build root, within two
/// minutes each; what they print goes to the daemon's log if they fail.
void run_clean_up(const std::vector<std::vector<std::string>>& commands,
                  const std::map<std::string, std::string>& environment);

}  // namespace terrace::worker
