#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::sandbox {

/// The mount points below `directory` in a text such as /proc/self/mountinfo (proc(5)), deepest
/// and newest first: the order in which they can be unmounted. `directory` itself may be one, and
/// is not among them: an operator may well give the worker's state a file system of its own.
std::vector<std::string> mount_points_below(std::string_view mountinfo,
                                            const std::filesystem::path& directory);

/// Unmounts all of them in this process's mount namespace; where one is busy it is detached
/// (MNT_DETACH). @return those that are still there, which only root can prevent; nothing below
/// them may be removed then.
std::vector<std::string> unmount_below(const std::filesystem::path& directory);

/// Removes a directory that users of build roots could write to. Nothing of a file system that is
/// mounted below it is touched: mounts go first, and the directory stays if one of them does.
/// @pre their processes are gone. Throws std::system_error.
void remove_tree(const std::filesystem::path& directory);

}  // namespace terrace::sandbox
