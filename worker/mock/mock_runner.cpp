#include "worker/mock/mock_runner.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <system_error>
#include <thread>

#include "common/os/unique_fd.hpp"
#include "common/runtime/log.hpp"
#include "worker/core/silence.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/disk_gauge.hpp"
#include "worker/mock/file_tail.hpp"
#include "worker/mock/kernel_log.hpp"
#include "worker/mock/tree_cpu.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPollInterval = 200ms;
constexpr auto kGraceAfterTerm = 10s;
constexpr auto kCleanUpTimeMax = 2min;
constexpr std::size_t kOpcodesMax = 50;
constexpr int kExitCodeLocked = 60;

/// Follows mock's logs: every line goes to the scanner, and what people want to read goes to the
/// attempt's log.
class LogFollower {
public:
    LogFollower(const MockRun& run, AttemptLog& log)
        : run_(run),
          log_(log),
          scanner_(run.target_level),
          output_(run.output),
          build_(run.results / "build.log"),
          state_(run.results / "state.log"),
          root_(run.results / "root.log") {}

    void follow() {
        output_.read([this](std::string_view line) { on_output(line); });
        build_.read([this](std::string_view line) { on_build(line); });
    }

    /// What mock has written so far, in all logs.
    std::int64_t bytes() const {
        std::int64_t bytes = 0;
        for (const auto& path : {run_.output, run_.results / "build.log", run_.results / "root.log",
                                 run_.results / "state.log"}) {
            std::error_code absent;
            const auto size = std::filesystem::file_size(path, absent);
            if (!absent) bytes += static_cast<std::int64_t>(size);
        }
        return bytes;
    }

    LogFacts facts() const { return scanner_.facts(); }
    bool is_in_check() const { return scanner_.facts().section == "%check"; }

    LogFacts finish(bool with_root_log) {
        output_.read_to_end([this](std::string_view line) { on_output(line); });
        build_.read_to_end([this](std::string_view line) { on_build(line); });
        // mock prints its state lines, so they are in the log already.
        state_.read_to_end([this](std::string_view line) { scanner_.state_line(line); });
        root_.read_to_end([this, with_root_log](std::string_view line) {
            scanner_.root_line(line);
            if (with_root_log) log_.line("root.log", line);
        });
        return scanner_.facts();
    }

private:
    void on_output(std::string_view line) {
        scanner_.output_line(line);
        log_.line("mock", line);
    }
    void on_build(std::string_view line) {
        scanner_.build_line(line);
        log_.line("build.log", line);
    }

    const MockRun& run_;
    AttemptLog& log_;
    LogScanner scanner_;
    FileTail output_;
    FileTail build_;
    FileTail state_;
    FileTail root_;
};

os::UniqueFd create_file(const std::filesystem::path& path) {
    os::UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
    if (!fd)
        throw std::system_error(errno, std::generic_category(), "cannot make " + path.string());
    return fd;
}

void read_kernel_log(KernelLog& kernel, const LogFollower& follower, int mock_uid, MockEnd& end) {
    const int uid = mock_uid >= 0 ? mock_uid : static_cast<int>(::getuid());
    kernel.read([&](std::string_view line) {
        if (is_out_of_memory_kill(line, uid)) end.host.kernel.oom_line = printable(line, 200);
        if (end.invalid_opcodes.size() >= kOpcodesMax) return;
        if (auto opcode = invalid_opcode_of(line))
            end.invalid_opcodes.push_back({std::move(*opcode), follower.is_in_check()});
    });
    end.host.kernel.complete = kernel.is_complete();
}

bool is_exhausted(const std::filesystem::path& directory) {
    constexpr std::uint64_t kBytesMin = 1 << 20;
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0) return false;
    const bool counts_inodes = status.f_files > 0;
    return status.f_bavail * status.f_frsize < kBytesMin || (counts_inodes && status.f_favail == 0);
}

os::ChildExit end_group(os::ChildProcess& child) {
    child.signal_group(SIGTERM);
    for (const auto deadline = Clock::now() + kGraceAfterTerm; Clock::now() < deadline;) {
        if (const auto exit = child.poll()) return *exit;
        std::this_thread::sleep_for(kPollInterval);
    }
    child.signal_group(SIGKILL);
    return child.wait();
}

/// The group's figures win: they have the processes that nobody waited for, and all memory at once.
void take_usage(const sandbox::CgroupUsage& group, MockEnd& end) {
    if (group.memory_peak_bytes) end.usage.memory_peak_bytes = *group.memory_peak_bytes;
    if (group.cpu) {
        end.usage.user = *group.cpu;
        end.usage.system = {};
    }
    end.usage.bytes_written = std::max(end.usage.bytes_written, group.bytes_written.value_or(0));
    end.host.oom_kills = group.oom_kills.value_or(0);
}

/// The build root still stands, and after a signal perhaps processes in it.
void clean_up_failure(const MockRun& run, MockEnd& end) {
    end.host.disk_exhausted = is_exhausted(run.base_directory);
    if (run.look_at_failure) run.look_at_failure(end);
    // One that another mock holds is not ours to clean up.
    if (end.exit_code != kExitCodeLocked) run_clean_up(run.clean_up, run.environment);
}

/// Of the group, which no process leaves; without one, of the process tree.
std::chrono::microseconds cpu_time_of(const MockRun& run, const os::ChildProcess& child) {
    if (run.group != nullptr) {
        if (const auto cpu = run.group->usage().cpu) return *cpu;
    }
    return tree_cpu_time(child.pid());
}

}  // namespace

MockEnd run_mock(const MockRun& run, AttemptLog& log, const std::function<bool()>& cancelled) {
    const os::UniqueFd output = create_file(run.output);
    os::ChildSpec spec;
    spec.arguments = run.command;
    spec.environment = run.environment;
    spec.output_fd = output.get();
    if (run.group != nullptr) spec.cgroup_procs = run.group->procs_files();

    LogFollower follower(run, log);
    DiskGauge gauge(run.base_directory, run.unique_ext, run.overlay);
    KernelLog kernel;
    MockEnd end;
    const auto start = Clock::now();
    Silence silence(run.silence_max, start);
    os::ChildProcess child(spec);
    std::optional<os::ChildExit> exit;
    std::optional<LogFacts> at_stop;
    while (!(exit = child.poll())) {
        const auto now = Clock::now();
        if (cancelled()) {
            end.stop = Stop::cancelled;
        } else if (now >= start + run.time_max) {
            end.stop = Stop::out_of_time;
            end.limit = run.time_max;
        } else if (run.disk_must_end(gauge.bytes())) {
            end.stop = Stop::out_of_disk;
        } else if (silence.is_due(now) &&
                   silence.look(now, follower.bytes(), cpu_time_of(run, child))) {
            end.stop = Stop::stalled;
            end.limit = run.silence_max;
        }
        if (end.stop != Stop::none) {
            follower.follow();
            at_stop = follower.facts();
            exit = end_group(child);
            break;
        }
        follower.follow();
        read_kernel_log(kernel, follower, run.uid, end);
        gauge.look();
        if (run.group != nullptr) run.group->look(!run.root_on_tmpfs);
        std::this_thread::sleep_for(kPollInterval);
    }
    end.exit_code = exit->exit_code;
    end.usage = exit->usage;
    if (run.group != nullptr) {
        run.group->kill();
        take_usage(run.group->usage(), end);
    }
    run.end_processes();
    // What is on a tmpfs is no disk use, and the results alone would be taken for all of it.
    if (!run.root_on_tmpfs) end.disk_bytes = gauge.bytes_max() + allocated_bytes(run.results);
    follower.follow();
    read_kernel_log(kernel, follower, run.uid, end);
    if (end.exit_code != 0) clean_up_failure(run, end);
    end.facts = follower.finish(end.exit_code != 0);
    if (at_stop) {
        // What mock says after the signal is not what it was at when the signal came.
        end.facts.step_running = at_stop->step_running;
        end.facts.last_line = at_stop->last_line;
    }
    return end;
}

void run_clean_up(const std::vector<std::vector<std::string>>& commands,
                  const std::map<std::string, std::string>& environment) {
    for (const std::vector<std::string>& command : commands) {
        os::ChildSpec spec;
        spec.arguments = command;
        spec.environment = environment;
        try {
            const os::CapturedRun run = os::run_captured(spec, kCleanUpTimeMax);
            if (run.exit_code == 0) continue;
            runtime::log_warn("clean_up_failed", {{"command", command.back()},
                                                  {"exit_code", run.exit_code},
                                                  {"output", printable(trimmed(run.output))}});
        } catch (const std::system_error& e) {
            runtime::log_warn("clean_up_failed",
                              {{"command", command.back()}, {"error", e.what()}});
        }
    }
}

}  // namespace terrace::worker
