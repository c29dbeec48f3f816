#include "worker/sandbox/mounts.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

namespace terrace::sandbox {
namespace {

/// The kernel writes blanks and backslashes as "\040".
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto is_octal = [&](std::size_t at) {
            return at < text.size() && text[at] >= '0' && text[at] <= '7';
        };
        if (text[i] == '\\' && is_octal(i + 1) && is_octal(i + 2) && is_octal(i + 3)) {
            const int code =
                (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
            out += static_cast<char>(code);
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string own_mountinfo() {
    std::ifstream file("/proc/thread-self/mountinfo");
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace

std::vector<std::string> mount_points_below(std::string_view mountinfo,
                                            const std::filesystem::path& directory) {
    const std::string prefix = directory.string() + "/";
    std::vector<std::string> points;
    std::istringstream lines{std::string(mountinfo)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string id, parent, device, root, point;
        if (!(words >> id >> parent >> device >> root >> point)) continue;
        point = unescaped(point);
        if (point.starts_with(prefix)) points.push_back(point);
    }
    // The newest of several on one point is the last line, and covers the others.
    std::ranges::reverse(points);
    // stable_sort of libstdc++ 12 uses what clang calls deprecated.
    std::multimap<std::ptrdiff_t, std::string, std::greater<>> by_depth;
    for (std::string& point : points)
        by_depth.emplace(std::ranges::count(point, '/'), std::move(point));
    points.clear();
    for (auto& [depth, point] : by_depth) points.push_back(std::move(point));
    return points;
}

std::vector<std::string> unmount_below(const std::filesystem::path& directory) {
    for (const std::string& point : mount_points_below(own_mountinfo(), directory)) {
        if (::umount2(point.c_str(), UMOUNT_NOFOLLOW) != 0)
            ::umount2(point.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
    }
    return mount_points_below(own_mountinfo(), directory);
}

void remove_tree(const std::filesystem::path& directory) {
    if (const auto left = unmount_below(directory); !left.empty()) {
        throw std::system_error(
            EBUSY, std::generic_category(),
            "cannot remove " + directory.string() + ", since " + left.front() + " is mounted");
    }
    std::filesystem::remove_all(directory);
}

}  // namespace terrace::sandbox
