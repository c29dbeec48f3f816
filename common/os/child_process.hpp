#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace terrace::os {

/// What to run. Nothing of the parent's environment is passed on unless it is in `environment`.
struct ChildSpec {
    std::vector<std::string> arguments;  ///< arguments[0] is the program, looked up in our own PATH
    std::map<std::string, std::string> environment;
    std::filesystem::path directory = "/";
    int output_fd = -1;  ///< standard output and error go there; -1: to /dev/null
    /// Files of control groups (cgroup.procs) that the child writes its number into before it
    /// becomes the program, so that nothing of the program's is ever outside of them. A shell does
    /// so: with them a group that refuses is exit code 126, and a program that is not there 127.
    std::vector<std::filesystem::path> cgroup_procs = {};
};

struct ChildUsage {
    std::chrono::microseconds user{};
    std::chrono::microseconds system{};
    /// Of the largest process of the tree that was waited for; never less than our own size at the
    /// start of the child, which Linux counts in.
    std::int64_t memory_peak_bytes = 0;
    /// What the child and those that were waited for gave to block devices, now or by the page
    /// cache later (proc(5), io: write_bytes). 0 where the kernel does not count or tell it.
    std::int64_t bytes_written = 0;
};

/// How a child ended. `exit_code` is 128 + signal if a signal ended it, as in a shell.
struct ChildExit {
    int exit_code = 0;
    ChildUsage usage;
};

/// A child in a process group of its own, by posix_spawn: default signals, empty mask, standard
/// input from /dev/null, no descriptors but 0, 1, 2. Owned by one thread. When the child has ended,
/// what it left behind in its group is killed. The destructor kills the group and waits.
class ChildProcess {
public:
    /// Throws std::system_error when the program cannot be started.
    explicit ChildProcess(const ChildSpec& spec);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }
    /// nullopt while it runs.
    std::optional<ChildExit> poll();
    ChildExit wait();
    /// Waits, but no longer than that: nullopt if it still runs. Sleeps until the very end, and so
    /// costs a child that is measured nothing.
    std::optional<ChildExit> wait_for(std::chrono::milliseconds patience);
    /// To every process of the group. Nothing happens once the child was seen to have ended.
    void signal_group(int signal);

private:
    bool has_ended(bool block) const;
    void collect();

    pid_t pid_ = -1;
    std::optional<ChildExit> exit_;
};

/// What run_captured() exits with after its timeout, as timeout(1) does.
inline constexpr int kExitCodeTimeout = 124;

struct CapturedRun {
    int exit_code = 0;
    std::string output;
    ChildUsage usage;
};

/// Runs a program to its end, with its output captured up to `output_max` bytes (the rest is
/// dropped); kills its group after `timeout` (exit code 124). Throws std::system_error as
/// ChildProcess does. Blocks.
CapturedRun run_captured(ChildSpec spec,
                         std::chrono::milliseconds timeout,
                         std::size_t output_max = 1 << 20);

/// The parent's own environment, for children that should have it.
std::map<std::string, std::string> current_environment();

}  // namespace terrace::os
