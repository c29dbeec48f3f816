#include "worker/sandbox/cgroup_tree.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "worker/sandbox/cgroup_files.hpp"

namespace terrace::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::array kControllersV2 = {"cpu", "io", "memory", "pids"};
constexpr std::array kControllersV1 = {"cpu", "cpuacct", "memory", "pids"};
constexpr const char* kOwnGroup = "terrace-worker";  // beside those of the attempts

bool make_group(const fs::path& directory) {
    return ::mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST;
}

/// systemd marks what Delegate=yes hands over; "user." since its version 251.
bool is_marked_delegated(const fs::path& group) {
    for (const char* name : {"user.delegate", "trusted.delegate"}) {
        std::array<char, 8> value{};
        const ssize_t size = ::getxattr(group.c_str(), name, value.data(), value.size());
        if (size == 1 && value[0] == '1') return true;
    }
    return false;
}

bool is_alone_in(const fs::path& group) {
    std::istringstream lines(text_or_empty(group / "cgroup.procs"));
    pid_t process = 0;
    bool alone = false;
    while (lines >> process) {
        if (process != ::getpid()) return false;
        alone = true;
    }
    return alone;
}

/// Where the worker's group may have controllers, after making room if it must; `own` where it may
/// not.
fs::path v2_base(const CgroupHierarchy& hierarchy) {
    const fs::path& own = hierarchy.own;
    const bool is_root = !fs::exists(own / "cgroup.type");
    if (is_root) return own;
    // DelegateSubgroup=, or an earlier CgroupTree of this process, has made room already.
    if (!hierarchy.at_mount_point && is_marked_delegated(own.parent_path()))
        return own.parent_path();
    if ((hierarchy.at_mount_point || is_marked_delegated(own)) && is_alone_in(own) &&
        make_group(own / kOwnGroup)) {
        try_write(own / kOwnGroup / "cgroup.procs", std::to_string(::getpid()));
    }
    return own;
}

std::vector<std::string> words_of(const fs::path& file) {
    std::istringstream text(text_or_empty(file));
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    return words;
}

/// Hands `group`'s controllers that we want to the groups below. @return those that it has handed
std::vector<std::string> hand_down(const fs::path& group) {
    std::vector<std::string> handed;
    const std::vector<std::string> there = words_of(group / "cgroup.controllers");
    for (const char* controller : kControllersV2) {
        if (std::ranges::find(there, controller) != there.end() &&
            try_write(group / "cgroup.subtree_control", std::string("+") + controller)) {
            handed.emplace_back(controller);
        }
    }
    return handed;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

CgroupTree::CgroupTree(std::string name) : CgroupTree(std::move(name), own_cgroup_hierarchies()) {}

CgroupTree::CgroupTree(std::string name, const std::vector<CgroupHierarchy>& hierarchies)
    : name_(std::move(name)) {
    for (const CgroupHierarchy& hierarchy : hierarchies) {
        if (hierarchy.v2) add_v2(hierarchy);
    }
    for (const CgroupHierarchy& hierarchy : hierarchies) {
        if (!hierarchy.v2) add_v1(hierarchy);
    }
    description_ = describe();
}

CgroupTree::~CgroupTree() {
    for (const Cgroup::Place& place : places_) ::rmdir(place.directory.c_str());
}

void CgroupTree::add_v2(const CgroupHierarchy& hierarchy) {
    const fs::path base = v2_base(hierarchy);
    const fs::path group = base / name_;
    hand_down(base);
    if (!make_group(group)) return;
    places_.push_back({group, true, hand_down(group)});
}

void CgroupTree::add_v1(const CgroupHierarchy& hierarchy) {
    std::vector<std::string> controllers;
    for (const char* controller : kControllersV1) {
        const auto& there = hierarchy.controllers;
        if (std::ranges::find(there, controller) != there.end() && !can_limit(controller))
            controllers.emplace_back(controller);
    }
    const fs::path group = hierarchy.own / name_;
    if (controllers.empty() || !make_group(group)) return;
    places_.push_back({group, false, controllers});
}

bool CgroupTree::can_limit(const std::string& controller) const {
    return std::ranges::any_of(places_, [&](const Cgroup::Place& place) {
        return std::ranges::find(place.controllers, controller) != place.controllers.end();
    });
}

int CgroupTree::remove_leftovers() {
    int processes = 0;
    for (const Cgroup::Place& place : places_) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(place.directory, error)) {
            if (!entry.is_directory()) continue;
            // The same processes are in every hierarchy, but the first one ends them.
            processes += static_cast<int>(processes_in(entry.path()).size());
            end_processes(entry.path());
            remove_group(entry.path());
        }
    }
    return processes;
}

Cgroup CgroupTree::make(const std::string& name, const CgroupLimits& limits) {
    std::vector<Cgroup::Place> places = places_;
    for (Cgroup::Place& place : places) {
        place.directory /= name;
        if (fs::exists(place.directory)) {
            end_processes(place.directory);
            remove_group(place.directory);
        }
        const int all = static_cast<int>(std::thread::hardware_concurrency());
        if (::mkdir(place.directory.c_str(), 0755) != 0) {
            throw std::system_error(errno, std::generic_category(),
                                    "cannot make the control group " + place.directory.string());
        }
        set_cpu_weight(place.directory.parent_path(), all);
        set_cpu_weight(place.directory, limits.cores > 0 ? limits.cores : all);
    }
    return Cgroup(std::move(places), limits);
}

std::string CgroupTree::describe() const {
    if (places_.empty()) {
        return "no control groups: attempts have no limits of memory, CPU and processes (give the "
               "worker's service Delegate=yes)";
    }
    std::string limits;
    std::string ending = "v1";
    for (const Cgroup::Place& place : places_) {
        if (place.v2) ending = "v2";
        if (place.controllers.empty()) continue;
        limits += (limits.empty() ? "" : ", ") + joined(place.controllers) +
                  (place.v2 ? " (v2)" : " (v1)");
    }
    if (limits.empty()) limits = "none (give the worker's service Delegate=yes)";
    return "limits: " + limits + "; ending: " + ending;
}

}  // namespace terrace::sandbox
