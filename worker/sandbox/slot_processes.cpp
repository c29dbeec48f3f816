#include "worker/sandbox/slot_processes.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace terrace::sandbox {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kPause = 20ms;

bool is_number(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

/// Of the kernel's list of entries that end in a NUL each.
bool has_entry(const std::string& environment, const std::string& entry) {
    const std::string ended = entry + '\0';
    for (std::size_t at = environment.find(ended); at != std::string::npos;
         at = environment.find(ended, at + 1)) {
        if (at == 0 || environment[at - 1] == '\0') return true;
    }
    return false;
}

struct Status {
    bool alive = false;
    std::set<int> uids;
};

Status status_of(const fs::path& process) {
    Status status;
    std::istringstream lines(text_of(process / "status"));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key;
        words >> key;
        if (key == "State:") {
            std::string state;
            words >> state;
            status.alive = state != "Z" && state != "X";
        } else if (key == "Uid:") {
            for (int uid = 0; words >> uid;) status.uids.insert(uid);
        }
    }
    return status;
}

bool is_below(const fs::path& path, const fs::path& directory) {
    const std::string text = path.string();
    const std::string prefix = directory.string() + "/";
    return text.starts_with(prefix);
}

bool has_mark(const fs::path& process, const Status& status, const ProcessMarks& marks) {
    for (const int uid : status.uids) {
        if (marks.uids.contains(uid)) return true;
    }
    if (!marks.environment.empty() && has_entry(text_of(process / "environ"), marks.environment))
        return true;
    if (marks.roots.empty()) return false;
    std::error_code unreadable;  // a kernel thread has none; another may just have ended
    const fs::path root = fs::read_symlink(process / "root", unreadable);
    return !unreadable && std::ranges::any_of(marks.roots, [&](const fs::path& directory) {
        return is_below(root, directory);
    });
}

}  // namespace

std::vector<pid_t> find_processes(const ProcessMarks& marks) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (!is_number(name) || name == std::to_string(::getpid())) continue;
        const Status status = status_of(entry.path());
        if (status.alive && has_mark(entry.path(), status, marks))
            found.push_back(static_cast<pid_t>(std::stol(name)));
    }
    std::ranges::sort(found);
    return found;
}

KilledProcesses kill_processes(const ProcessMarks& marks, Duration time_max) {
    KilledProcesses result;
    std::set<pid_t> seen;
    const auto deadline = std::chrono::steady_clock::now() + time_max;
    for (;;) {
        // Again and again: one that forks is not outrun by a single pass.
        result.left = find_processes(marks);
        if (result.left.empty() || std::chrono::steady_clock::now() >= deadline) break;
        for (const pid_t pid : result.left) {
            if (::kill(pid, SIGKILL) == 0) seen.insert(pid);
        }
        std::this_thread::sleep_for(kPause);
    }
    result.killed = static_cast<int>(seen.size());
    return result;
}

}  // namespace terrace::sandbox
