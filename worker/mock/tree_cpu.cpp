#include "worker/mock/tree_cpu.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace terrace::worker {
namespace {

struct Process {
    pid_t pid = 0;
    pid_t group = 0;
    std::int64_t ticks = 0;
};

struct ProcessOf {
    pid_t parent = 0;
    Process process;
};

/// proc_pid_stat(5): the name stands in brackets and may hold anything; state, ppid and pgrp
/// follow, and from the 14th field on utime, stime, cutime and cstime.
std::optional<ProcessOf> read_stat(const std::filesystem::path& directory) {
    std::ifstream file(directory / "stat");
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(line.substr(name_end + 1));
    ProcessOf found;
    std::string skipped;
    fields >> skipped >> found.parent >> found.process.group;
    for (int field = 6; field < 14; ++field) fields >> skipped;
    for (int i = 0; i < 4; ++i) {
        std::int64_t ticks = 0;
        fields >> ticks;
        found.process.ticks += ticks;
    }
    if (!fields) return std::nullopt;
    found.process.pid = static_cast<pid_t>(std::atoi(line.c_str()));
    return found;
}

}  // namespace

std::chrono::microseconds tree_cpu_time(pid_t root) {
    std::multimap<pid_t, Process> by_parent;
    std::vector<Process> members;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto found = read_stat(entry.path());
        if (!found) continue;  // it has just ended
        const Process& process = found->process;
        if (process.pid == root || process.group == root) {
            members.push_back(process);
        } else {
            by_parent.emplace(found->parent, process);
        }
    }
    std::int64_t ticks = 0;
    while (!members.empty()) {
        const Process member = members.back();
        members.pop_back();
        ticks += member.ticks;
        const auto [begin, end] = by_parent.equal_range(member.pid);
        for (auto child = begin; child != end; ++child) members.push_back(child->second);
        by_parent.erase(begin, end);
    }
    static const std::int64_t ticks_per_second = ::sysconf(_SC_CLK_TCK);
    return std::chrono::microseconds(ticks * 1'000'000 / ticks_per_second);
}

}  // namespace terrace::worker
