#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::sandbox {

/// One hierarchy of control groups that is mounted here, and our own group in it.
struct CgroupHierarchy {
    bool v2 = false;
    std::vector<std::string> controllers;  ///< of v1; those of v2 are in its files
    std::filesystem::path own;             ///< the directory of the group that this process is in
    bool at_mount_point = false;  ///< `own` is where the hierarchy is mounted: nothing is above it
    friend bool operator==(const CgroupHierarchy&, const CgroupHierarchy&) = default;
};

/// From the texts of /proc/self/cgroup and /proc/self/mountinfo (cgroups(7), proc(5)). What is not
/// mounted, what has no controller (v1 name=...) and a group outside of what is mounted (a control
/// group namespace) are left out.
std::vector<CgroupHierarchy> cgroup_hierarchies(std::string_view proc_cgroup,
                                                std::string_view mountinfo);

/// Of this process.
std::vector<CgroupHierarchy> own_cgroup_hierarchies();

}  // namespace terrace::sandbox
