#include "common/os/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "common/os/unique_fd.hpp"
#include "common/vocab/check.hpp"

namespace terrace::os {
namespace {

/// The calls of posix_spawn's family return the error number instead of setting errno.
void check(int error, const std::string& what) {
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

/// Standard descriptors, directory, and nothing else open.
class FileActions {
public:
    explicit FileActions(const ChildSpec& spec) {
        check(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init");
        // 0 comes last: the output may be our own descriptor 0.
        for (const int target : {STDOUT_FILENO, STDERR_FILENO}) {
            if (spec.output_fd >= 0) {
                check(posix_spawn_file_actions_adddup2(&actions_, spec.output_fd, target), "dup2");
            } else {
                open_null(target, O_WRONLY);
            }
        }
        open_null(STDIN_FILENO, O_RDONLY);
#if __GLIBC_PREREQ(2, 34)
        check(posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1), "closefrom");
#endif  // before: only what was opened without O_CLOEXEC stays open, and we open nothing so
        check(posix_spawn_file_actions_addchdir_np(&actions_, spec.directory.c_str()), "chdir");
    }
    ~FileActions() {
        posix_spawn_file_actions_destroy(&actions_);
    }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    const posix_spawn_file_actions_t* get() const {
        return &actions_;
    }

private:
    void open_null(int target, int flags) {
        check(posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", flags, 0), "open");
    }

    posix_spawn_file_actions_t actions_;
};

/// A group of its own, every signal at its default and none blocked: a thread that blocks signals
/// must not make children that cannot be stopped.
class Attributes {
public:
    Attributes() {
        check(posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
        sigset_t none;
        sigemptyset(&none);
        sigset_t all;
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        const auto flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
        check(posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)),
              "posix_spawnattr_setflags");
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

/// The null-ended array of C strings that exec wants; `strings` must outlive it.
std::vector<char*> c_array(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (std::string& string : strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// posix_spawn cannot enter a control group, and writing the number of a child that runs already
/// would be too late for what it starts first.
constexpr const char* kEnterGroups =
    "count=$1; shift; "
    "while [ $count -gt 0 ]; do echo $$ >\"$1\" || exit 126; shift; count=$((count - 1)); done; "
    "exec \"$@\"";

std::vector<std::string> command_of(const ChildSpec& spec) {
    if (spec.cgroup_procs.empty()) return spec.arguments;
    std::vector<std::string> command = {"/bin/sh", "-c", kEnterGroups, "sh",
                                        std::to_string(spec.cgroup_procs.size())};
    for (const auto& file : spec.cgroup_procs) command.push_back(file.string());
    command.insert(command.end(), spec.arguments.begin(), spec.arguments.end());
    return command;
}

std::chrono::microseconds duration_of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// Of a process that has ended and was not collected: then those that it has waited for are in it.
std::int64_t bytes_written_by(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/io");
    constexpr std::string_view kKey = "write_bytes: ";
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(kKey)) continue;
        std::int64_t bytes = 0;
        std::from_chars(line.data() + kKey.size(), line.data() + line.size(), bytes);
        return bytes;
    }
    return 0;
}

ChildExit exit_of(int status, const rusage& usage) {
    ChildExit exit;
    exit.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    exit.usage.user = duration_of(usage.ru_utime);
    exit.usage.system = duration_of(usage.ru_stime);
    exit.usage.memory_peak_bytes = std::int64_t{usage.ru_maxrss} * 1024;
    return exit;
}

}  // namespace

ChildProcess::ChildProcess(const ChildSpec& spec) {
    TERRACE_CHECK(!spec.arguments.empty());
    std::vector<std::string> arguments = command_of(spec);
    std::vector<std::string> environment;
    for (const auto& [name, value] : spec.environment) environment.push_back(name + "=" + value);
    const FileActions actions(spec);
    const Attributes attributes;
    // One error number stands for exec and for the actions before it, so the message names both.
    check(posix_spawnp(&pid_, arguments.front().c_str(), actions.get(), attributes.get(),
                       c_array(arguments).data(), c_array(environment).data()),
          "cannot start " + arguments.front() + " in " + spec.directory.string());
}

ChildProcess::~ChildProcess() {
    if (exit_) return;
    signal_group(SIGKILL);
    wait();
}

bool ChildProcess::has_ended(bool block) const {
    siginfo_t info{};
    // WNOWAIT: as long as the child is not collected, its number names this group and no other.
    const int flags = WEXITED | WNOWAIT | (block ? 0 : WNOHANG);
    while (waitid(P_PID, static_cast<id_t>(pid_), &info, flags) != 0) {
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitid");
    }
    return info.si_pid == pid_;
}

void ChildProcess::collect() {
    kill(-pid_, SIGKILL);
    const std::int64_t bytes_written = bytes_written_by(pid_);
    int status = 0;
    rusage usage{};
    while (wait4(pid_, &status, 0, &usage) < 0) {
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait4");
    }
    exit_ = exit_of(status, usage);
    exit_->usage.bytes_written = bytes_written;
}

std::optional<ChildExit> ChildProcess::poll() {
    if (!exit_ && has_ended(false)) collect();
    return exit_;
}

ChildExit ChildProcess::wait() {
    if (!exit_ && has_ended(true)) collect();
    return *exit_;
}

std::optional<ChildExit> ChildProcess::wait_for(std::chrono::milliseconds patience) {
    if (exit_) return exit_;
    const UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    if (!fd) throw std::system_error(errno, std::generic_category(), "pidfd_open");
    pollfd polled{fd.get(), POLLIN, 0};
    const int ended = ::poll(&polled, 1, static_cast<int>(patience.count()));
    if (ended < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll");
    return poll();
}

void ChildProcess::signal_group(int signal) {
    if (!exit_) kill(-pid_, signal);
}

std::map<std::string, std::string> current_environment() {
    std::map<std::string, std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

}  // namespace terrace::os
