#include "worker/mock/mock_runner.hpp"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <system_error>
#include <thread>

#include "common/os/unique_fd.hpp"
#include "common/runtime/log.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/disk_gauge.hpp"
#include "worker/mock/file_tail.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPollInterval = 200ms;
constexpr auto kGraceAfterTerm = 10s;
constexpr auto kCleanUpTimeMax = 2min;

/// Follows mock's logs: every line goes to the scanner, and what people want to read goes to the
/// attempt's log.
class LogFollower {
public:
    LogFollower(const MockRun& run, AttemptLog& log)
        : log_(log),
          scanner_(run.target_level),
          output_(run.output),
          build_(run.results / "build.log"),
          state_(run.results / "state.log"),
          root_(run.results / "root.log") {}

    void follow() {
        output_.read([this](std::string_view line) { on_output(line); });
        build_.read([this](std::string_view line) { on_build(line); });
    }

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

os::ChildExit end_group(os::ChildProcess& child) {
    child.signal_group(SIGTERM);
    for (const auto deadline = Clock::now() + kGraceAfterTerm; Clock::now() < deadline;) {
        if (const auto exit = child.poll()) return *exit;
        std::this_thread::sleep_for(kPollInterval);
    }
    child.signal_group(SIGKILL);
    return child.wait();
}

}  // namespace

MockEnd run_mock(const MockRun& run, AttemptLog& log, const std::function<bool()>& cancelled) {
    const os::UniqueFd output = create_file(run.output);
    os::ChildSpec spec;
    spec.arguments = run.command;
    spec.environment = run.environment;
    spec.output_fd = output.get();

    LogFollower follower(run, log);
    DiskGauge gauge(run.base_directory, run.unique_ext);
    MockEnd end;
    const auto deadline = Clock::now() + run.time_max;
    os::ChildProcess child(spec);
    std::optional<os::ChildExit> exit;
    while (!(exit = child.poll())) {
        end.cancelled = cancelled();
        end.out_of_time = !end.cancelled && Clock::now() >= deadline;
        if (end.cancelled || end.out_of_time) {
            exit = end_group(child);
            break;
        }
        follower.follow();
        gauge.look();
        std::this_thread::sleep_for(kPollInterval);
    }
    end.exit_code = exit->exit_code;
    end.usage = exit->usage;
    run.end_processes();
    // mock cleans up after failures of its own, but a signal leaves the build root and perhaps
    // processes in it.
    if (end.cancelled || end.out_of_time || end.exit_code >= 128)
        run_clean_up(run.clean_up, run.environment);
    end.disk_bytes = gauge.bytes_max() + allocated_bytes(run.results);
    end.facts = follower.finish(end.exit_code != 0);
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
