#pragma once

#include <string>
#include <vector>

#include "worker/sandbox/cgroup.hpp"
#include "worker/sandbox/cgroup_mounts.hpp"

namespace terrace::sandbox {

/// The control groups of one worker: a group of its own below that of its process, in each
/// hierarchy where it may make one, and in that one group an attempt. Takes cgroup v2, v1, or both
/// (the controllers that v2 does not have).
///
/// v2 gives controllers only to groups whose parent has no processes itself. At the root that does
/// not matter. Below it the worker makes room by moving itself into a group beside those of the
/// attempts, but only where its group was handed to it: a service with Delegate=yes, or the whole
/// of a container with no process but the worker. Elsewhere v2 serves to end processes and to count
/// their CPU time.
class CgroupTree {
public:
    /// Never throws for what is missing or not writable: description() tells what is left.
    /// `name`: no other worker's that lives in the same group.
    explicit CgroupTree(std::string name);
    CgroupTree(std::string name, const std::vector<CgroupHierarchy>& hierarchies);
    /// Removes the worker's group, if no attempt has one.
    ~CgroupTree();
    CgroupTree(const CgroupTree&) = delete;
    CgroupTree& operator=(const CgroupTree&) = delete;

    /// Ends and removes all that an earlier life of this worker has left. @return how many
    /// processes there were
    int remove_leftovers();

    /// A group for one attempt; one without directories if there is no hierarchy to make it in.
    /// What has this name already is ended and removed. Throws std::system_error if the kernel
    /// refuses.
    Cgroup make(const std::string& name, const CgroupLimits& limits);

    /// "limits: cpu, memory, pids (v1); ending: v2", or why there are none; for people.
    const std::string& description() const { return description_; }
    bool can_limit(const std::string& controller) const;

private:
    void add_v2(const CgroupHierarchy& hierarchy);
    void add_v1(const CgroupHierarchy& hierarchy);
    std::string describe() const;

    const std::string name_;
    std::vector<Cgroup::Place> places_;
    std::string description_;
};

}  // namespace terrace::sandbox
