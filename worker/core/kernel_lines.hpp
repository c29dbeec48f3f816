#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace terrace::worker {

/// A line of the kernel's log about a process that died of an invalid opcode; one that catches
/// SIGILL leaves none (arch/x86/kernel/traps.c).
struct InvalidOpcode {
    std::int64_t pid = 0;  ///< in the kernel's own PID namespace
    std::string file;      ///< the base name of the file that was mapped there; empty: none was
    std::uint64_t address = 0;
    std::uint64_t map_start = 0;
    std::uint64_t map_size = 0;
    std::optional<std::uint64_t> offset;  ///< in the file; older kernels do not tell
    std::string line;
    friend bool operator==(const InvalidOpcode&, const InvalidOpcode&) = default;
};

/// "traps: NAME[PID] trap invalid opcode ip:HEX sp:HEX error:0 in FILE[OFFSET,START+SIZE]".
std::optional<InvalidOpcode> invalid_opcode_of(std::string_view line);

/// True for "...ut of memory: Killed process PID (NAME) ... UID:U ..." where U is `uid`, or not
/// told.
bool is_out_of_memory_kill(std::string_view line, int uid);

/// What the kernel's log says about one run.
struct KernelFacts {
    bool complete = false;  ///< false: not readable here, or the kernel left lines out
    std::string oom_line;   ///< the last process of the building user that was killed for memory
    friend bool operator==(const KernelFacts&, const KernelFacts&) = default;
};

}  // namespace terrace::worker
