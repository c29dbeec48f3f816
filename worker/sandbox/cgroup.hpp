#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace terrace::sandbox {

/// What a group may use; 0 is no limit.
struct CgroupLimits {
    int cores = 0;                  ///< CPU time per time, however many threads share it
    std::int64_t memory_bytes = 0;  ///< with the page cache and the tmpfs files it fills; no swap
    std::int64_t processes_max = 0;
};

/// What a group has used; nullopt where no controller says it.
struct CgroupUsage {
    /// The most that was seen, by Cgroup::look(), of memory that cannot be given back: without the
    /// page cache of files on disk, with tmpfs. The limit, once the kernel has killed for it.
    std::optional<std::int64_t> memory_peak_bytes;
    std::optional<std::chrono::microseconds> cpu;
    /// To block devices, with what is written back later; v2 only: v1 books that on the root group.
    std::optional<std::int64_t> bytes_written;
    std::optional<int> oom_kills;
};

/// One control group of each hierarchy, for one attempt; made by CgroupTree. Without any directory
/// it does nothing. Owned by one thread.
class Cgroup {
public:
    /// A directory of the group, and for which controllers.
    struct Place {
        std::filesystem::path directory;
        bool v2 = false;
        std::vector<std::string> controllers;
    };

    Cgroup() = default;
    /// Of directories that exist and are empty; sets the limits. Throws std::system_error.
    Cgroup(std::vector<Place> places, const CgroupLimits& limits);
    /// Ends what is in the group and removes it.
    ~Cgroup();
    Cgroup(Cgroup&& other) noexcept;
    Cgroup& operator=(Cgroup&& other) noexcept;
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    /// The files that take the number of a process that is to be in the group: os::ChildSpec's.
    std::vector<std::filesystem::path> procs_files() const;

    /// To be called often, some times a second: the kernel does not keep the peak of what matters.
    /// `with_tmpfs` false: files in memory are not counted, as they stand for a disk.
    void look(bool with_tmpfs = true);
    CgroupUsage usage() const;

    /// Ends every process in the group with SIGKILL. False if some are still there after ten
    /// seconds.
    bool kill();

private:
    const Place* place_of(const std::string& controller) const;
    void set_limits(const CgroupLimits& limits) const;
    void remove();

    std::vector<Place> places_;
    CgroupLimits limits_;
    std::optional<std::int64_t> memory_seen_;
};

}  // namespace terrace::sandbox
