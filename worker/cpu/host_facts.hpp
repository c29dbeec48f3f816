#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace terrace::worker {

/// What the machine has besides its CPU; text that cannot be found is empty.
struct HostFacts {
    std::string id;  ///< the same for all workers of this machine, and for no other machine
    int cores = 1;
    std::int64_t memory_bytes = 0;
    std::int64_t disk_bytes_free = 0;
    std::string kernel;
    std::string microcode;
};

/// `disk`: an existing directory of the file system that builds will use.
HostFacts read_host(const std::filesystem::path& disk);

/// The revision of the CPU's microcode, as the kernel tells it; empty if it does not.
std::string read_microcode();

/// The last word of the first line that `command` prints; empty if it cannot be run.
std::string version_of(const std::vector<std::string>& command);

/// The value of the first line "KEY : VALUE" of /proc/cpuinfo's text; empty if there is none.
std::string cpuinfo_value(const std::string& text, const std::string& key);

}  // namespace terrace::worker
