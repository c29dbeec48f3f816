#pragma once

#include <sys/types.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "common/vocab/time.hpp"

namespace terrace::sandbox {

/// By what the processes of a slot, or of a whole worker, are known. One that has any of these is
/// one of them; this process is none.
struct ProcessMarks {
    std::string environment;                   ///< "NAME=VALUE"; empty: not looked for
    std::set<int> uids;                        ///< real, effective or saved
    std::vector<std::filesystem::path> roots;  ///< whose root directory lies below one of these
};

/// Those that run now, zombies left out; by number.
std::vector<pid_t> find_processes(const ProcessMarks& marks);

/// Sends SIGKILL until there are none. A process that could not be killed within `time_max` (it
/// sleeps in a broken device or file system) is still there afterwards: `left`.
struct KilledProcesses {
    int killed = 0;
    std::vector<pid_t> left;
};
KilledProcesses kill_processes(const ProcessMarks& marks,
                               Duration time_max = std::chrono::seconds(20));

}  // namespace terrace::sandbox
