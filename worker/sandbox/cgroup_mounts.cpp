#include "worker/sandbox/cgroup_mounts.hpp"

#include <algorithm>
#include <optional>

#include "worker/sandbox/cgroup_files.hpp"

namespace terrace::sandbox {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

struct Mount {
    bool v2 = false;
    std::string root;  ///< which group is seen at `point`
    std::string point;
    std::vector<std::string> options;
};

/// "31 23 0:28 ROOT POINT OPTIONS [TAGS...] - TYPE SOURCE SUPER_OPTIONS"
std::optional<Mount> cgroup_mount(std::string_view line) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) return std::nullopt;
    const std::vector<std::string> before = split(line.substr(0, dash), ' ');
    const std::vector<std::string> after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) return std::nullopt;
    if (after[0] != "cgroup" && after[0] != "cgroup2") return std::nullopt;
    return Mount{after[0] == "cgroup2", before[3], before[4], split(after[2], ',')};
}

bool has_all(const std::vector<std::string>& all, const std::vector<std::string>& wanted) {
    return std::ranges::all_of(
        wanted, [&](const std::string& word) { return std::ranges::find(all, word) != all.end(); });
}

/// Where the group is seen below the mount; nullopt if it is not.
std::optional<std::filesystem::path> directory_of(const std::string& group, const Mount& mount) {
    if (group.starts_with("/..")) return std::nullopt;
    std::string below = group;
    if (mount.root != "/") {
        const bool inside = group == mount.root || group.starts_with(mount.root + "/");
        if (!inside) return std::nullopt;
        below = group.substr(mount.root.size());
    }
    return below.empty() || below == "/" ? std::filesystem::path(mount.point)
                                         : std::filesystem::path(mount.point + below);
}

}  // namespace

std::vector<CgroupHierarchy> cgroup_hierarchies(std::string_view proc_cgroup,
                                                std::string_view mountinfo) {
    std::vector<Mount> mounts;
    for (const std::string& line : split(mountinfo, '\n')) {
        if (auto mount = cgroup_mount(line)) mounts.push_back(std::move(*mount));
    }
    std::vector<CgroupHierarchy> hierarchies;
    for (const std::string& line : split(proc_cgroup, '\n')) {
        // "ID:CONTROLLERS:GROUP"; v2 has the number 0 and no controllers. A group may have colons.
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        CgroupHierarchy hierarchy;
        hierarchy.v2 = line.substr(0, first) == "0";
        hierarchy.controllers = split(line.substr(first + 1, second - first - 1), ',');
        const bool named = !hierarchy.v2 && (hierarchy.controllers.empty() ||
                                             hierarchy.controllers.front().starts_with("name="));
        const auto mount = std::ranges::find_if(mounts, [&](const Mount& candidate) {
            return candidate.v2 == hierarchy.v2 &&
                   has_all(candidate.options, hierarchy.controllers);
        });
        if (named || mount == mounts.end()) continue;
        const auto own = directory_of(line.substr(second + 1), *mount);
        if (!own) continue;
        hierarchy.own = *own;
        hierarchy.at_mount_point = *own == mount->point;
        hierarchies.push_back(std::move(hierarchy));
    }
    return hierarchies;
}

std::vector<CgroupHierarchy> own_cgroup_hierarchies() {
    return cgroup_hierarchies(text_or_empty("/proc/self/cgroup"),
                              text_or_empty("/proc/self/mountinfo"));
}

}  // namespace terrace::sandbox
