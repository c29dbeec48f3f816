#pragma once

#include <cstdint>

namespace terrace::inspect {

/// What a process may take that reads hostile files.
struct Confinement {
    int uid = -1;  ///< -1: stay who we are
    int gid = -1;
    std::int64_t memory_bytes = std::int64_t{8} << 30;  ///< address space
    std::int64_t cpu_seconds = 1200;
};

/// Gives up, for good, what this process could do harm with: root's rights, new processes, large
/// files, memory and time without end. With a sanitizer, which reserves terabytes of address space,
/// memory is not limited. Throws std::system_error. @pre no other thread runs
void confine(const Confinement& limits);

}  // namespace terrace::inspect
