#include "worker/sandbox/cgroup_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace terrace::sandbox {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kEndTimeMax = 10s;
constexpr auto kLookInterval = 5ms;

std::optional<std::int64_t> number_at(std::string_view text) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc()) return std::nullopt;
    return number;
}

/// The group's directory and all below it, deepest first. What vanishes meanwhile is left out.
std::vector<fs::path> with_all_below(const fs::path& group) {
    std::vector<fs::path> directories = {group};
    std::error_code error;
    for (fs::recursive_directory_iterator entry(group, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        if (entry->is_directory(gone)) directories.push_back(entry->path());
    }
    std::ranges::reverse(directories);
    return directories;
}

/// Kills until the group is empty.
bool wait_for_end(const fs::path& group) {
    for (const auto deadline = std::chrono::steady_clock::now() + kEndTimeMax;;) {
        const std::vector<pid_t> processes = processes_in(group);
        if (processes.empty()) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        // 0 is a process of a PID namespace that we are not in; kill(0) would be our own group.
        for (const pid_t process : processes) {
            if (process > 0) ::kill(process, SIGKILL);
        }
        std::this_thread::sleep_for(kLookInterval);
    }
}

}  // namespace

std::string text_or_empty(const fs::path& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return std::move(text).str();
}

std::optional<std::int64_t> number_in(const fs::path& file) {
    return number_at(text_or_empty(file));
}

std::optional<std::int64_t> number_of(const fs::path& file, std::string_view key) {
    std::istringstream lines(text_or_empty(file));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ')
            return number_at(std::string_view(line).substr(key.size() + 1));
    }
    return std::nullopt;
}

bool try_write(const fs::path& file, std::string_view text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const ssize_t count = ::write(fd, text.data(), text.size());
    const int error = errno;
    ::close(fd);
    errno = error;
    return count == static_cast<ssize_t>(text.size());
}

void write_to(const fs::path& file, std::string_view text) {
    if (try_write(file, text)) return;
    throw std::system_error(errno, std::generic_category(),
                            "cannot write '" + std::string(text) + "' to " + file.string());
}

void set_cpu_weight(const fs::path& group, int processes) {
    try_write(group / "cpu.shares", std::to_string(std::clamp(processes * 1024, 1024, 262'144)));
    try_write(group / "cpu.weight", std::to_string(std::clamp(processes * 100, 100, 10'000)));
}

std::vector<pid_t> processes_in(const fs::path& group) {
    std::vector<pid_t> processes;
    for (const fs::path& directory : with_all_below(group)) {
        std::istringstream lines(text_or_empty(directory / "cgroup.procs"));
        for (pid_t process = 0; lines >> process;) processes.push_back(process);
    }
    return processes;
}

bool end_processes(const fs::path& group) {
    if (processes_in(group).empty()) return true;
    if (try_write(group / "cgroup.kill", "1")) return wait_for_end(group);
    // Older than Linux 5.14, or v1. A group that forks faster than we look would never be empty: v2
    // freezes it (a frozen process can be killed there), v1 forbids it to fork.
    const std::string processes_max = text_or_empty(group / "pids.max");
    try_write(group / "cgroup.freeze", "1");
    try_write(group / "pids.max", "0");
    const bool ended = wait_for_end(group);
    try_write(group / "pids.max", processes_max);
    try_write(group / "cgroup.freeze", "0");
    return ended;
}

bool remove_group(const fs::path& group) {
    for (const fs::path& directory : with_all_below(group)) {
        // A process that has just ended may hold its group for a moment.
        const auto deadline = std::chrono::steady_clock::now() + 1s;
        while (::rmdir(directory.c_str()) != 0 && errno != ENOENT) {
            if (errno != EBUSY || std::chrono::steady_clock::now() >= deadline) return false;
            std::this_thread::sleep_for(kLookInterval);
        }
    }
    return true;
}

}  // namespace terrace::sandbox
