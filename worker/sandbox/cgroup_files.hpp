#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The kernel's files of a control group, and a group with all that is below it.
namespace terrace::sandbox {

/// The file's text; empty if it cannot be read.
std::string text_or_empty(const std::filesystem::path& file);

/// The file's one number; nullopt for none, "max" and an unreadable file.
std::optional<std::int64_t> number_in(const std::filesystem::path& file);

/// The number after `key` of a file with "KEY NUMBER" lines.
std::optional<std::int64_t> number_of(const std::filesystem::path& file, std::string_view key);

/// Writes in one call, as these files want it. False if the kernel refuses; errno says why.
bool try_write(const std::filesystem::path& file, std::string_view text);
/// The same, but throws std::system_error with the path and the text.
void write_to(const std::filesystem::path& file, std::string_view text);

/// A group competes with its siblings as if it were one process, however many are in it: gives it
/// the weight of so many. Does nothing where there is no cpu controller.
void set_cpu_weight(const std::filesystem::path& group, int processes);

/// Which processes are in the group and in all groups below it.
std::vector<pid_t> processes_in(const std::filesystem::path& group);

/// Ends every process in the group and below; it can be used again. False if some are still there
/// after ten seconds: the kernel does not let go of a process that waits for a dead disk.
bool end_processes(const std::filesystem::path& group);

/// Removes the group and those below it, which must be empty. False if one cannot be removed.
bool remove_group(const std::filesystem::path& group);

}  // namespace terrace::sandbox
