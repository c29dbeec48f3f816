#pragma once

#include <sys/types.h>

#include <chrono>

namespace terrace::worker {

/// CPU time, user and system, that `root`, its process group and all descendants of either have
/// used so far, with that of ended children that somebody waited for. Less than at the last call if
/// one that was not waited for has ended meanwhile. Not counted: what left the group and lost its
/// parents (a daemon). Reads /proc once: some milliseconds.
std::chrono::microseconds tree_cpu_time(pid_t root);

}  // namespace terrace::worker
