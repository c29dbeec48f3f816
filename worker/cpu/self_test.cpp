#include "worker/cpu/self_test.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>

namespace terrace::worker {
namespace {

constexpr char kWorks = '+';
constexpr char kWrong = '-';

/// Runs in the child, after the last step or a fault of which nothing comes back.
[[noreturn]] void run_steps(std::span<const SelfTestStep> steps, int out) {
    // A sanitizer's or a crash reporter's handler would take the signal for a bug of this program.
    for (const int signal : {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP}) ::signal(signal, SIG_DFL);
    ::prctl(PR_SET_DUMPABLE, 0);  // no core dumps
    for (const SelfTestStep& step : steps) {
        const char verdict = step.works() ? kWorks : kWrong;
        if (::write(out, &verdict, 1) != 1) break;
    }
    ::_exit(0);
}

struct Pipe {
    std::array<int, 2> ends{-1, -1};

    Pipe() {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::system_error(errno, std::generic_category(), "The self-test has no pipe");
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_end(std::size_t end) {
        if (ends[end] >= 0) ::close(ends[end]);
        ends[end] = -1;
    }
};

struct ChildRun {
    std::string verdicts;  ///< one character a step that came to its end
    int status = 0;        ///< of waitpid
};

ChildRun run_child(std::span<const SelfTestStep> steps) {
    Pipe pipe;
    const pid_t child = ::fork();  // posix_spawn would need a program for each instruction
    if (child < 0)
        throw std::system_error(errno, std::generic_category(), "The self-test has no child");
    if (child == 0) run_steps(steps, pipe.ends[1]);
    pipe.close_end(1);
    ChildRun run;
    std::array<char, 64> buffer{};
    for (;;) {
        const ssize_t count = ::read(pipe.ends[0], buffer.data(), buffer.size());
        if (count > 0) run.verdicts.append(buffer.data(), static_cast<std::size_t>(count));
        if (count == 0 || (count < 0 && errno != EINTR)) break;
    }
    while (::waitpid(child, &run.status, 0) < 0 && errno == EINTR) {
    }
    return run;
}

std::string end_of(int status) {
    if (!WIFSIGNALED(status)) return "its process ended early";
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return name ? std::string("SIG") + name : "signal " + std::to_string(WTERMSIG(status));
}

}  // namespace

std::vector<FeatureFault> try_features(const std::vector<std::string>& features,
                                       std::span<const SelfTestStep> all) {
    std::vector<SelfTestStep> steps;
    std::ranges::copy_if(all, std::back_inserter(steps), [&](const SelfTestStep& step) {
        return std::ranges::find(features, step.feature) != features.end();
    });
    std::vector<FeatureFault> faults;
    for (std::span<const SelfTestStep> rest(steps); !rest.empty();) {
        const ChildRun run = run_child(rest);
        const std::size_t done = std::min(run.verdicts.size(), rest.size());
        for (std::size_t i = 0; i < done; ++i) {
            if (run.verdicts[i] != kWorks)
                faults.push_back({rest[i].feature, rest[i].instruction, "wrong result"});
        }
        if (done == rest.size()) break;
        faults.push_back({rest[done].feature, rest[done].instruction, end_of(run.status)});
        rest = rest.subspan(done + 1);
    }
    return faults;
}

}  // namespace terrace::worker
