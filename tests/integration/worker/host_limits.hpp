#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/os/files.hpp"

namespace terrace::worker {

/// A file system in memory of so many bytes, below a temporary directory; fast, and soon full.
/// @pre root
class SmallDisk {
public:
    explicit SmallDisk(std::int64_t bytes);
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    const std::filesystem::path& path() const { return directory_.path(); }

private:
    os::TemporaryDirectory directory_;
};

/// One of 1 GiB, for the whole program. Build roots in it are mock's own (RootKind::root_cache),
/// not under an overlay: what a build wrote must be there, and still be when its failure is looked
/// at.
const std::filesystem::path& small_disk();

/// A control group of one's own with a limit of memory, of either version. Files on a SmallDisk
/// count.
class MemoryLimit {
public:
    explicit MemoryLimit(std::int64_t bytes);
    ~MemoryLimit();
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;

    /// False where this host has no memory controller that a test may use.
    bool works() const { return works_; }
    /// The command that runs `command` within the limit.
    std::vector<std::string> wrapped(const std::vector<std::string>& command) const;

private:
    std::filesystem::path group_;
    bool works_ = false;
};

}  // namespace terrace::worker
