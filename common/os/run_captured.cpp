#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "common/os/child_process.hpp"
#include "common/os/unique_fd.hpp"

namespace terrace::os {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// A descriptor that is readable once the process has ended.
UniqueFd pid_fd(pid_t pid) {
    UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!fd) fail("pidfd_open");
    return fd;
}

/// The reading end of the child's output.
class OutputPipe {
public:
    explicit OutputPipe(std::size_t bytes_max) : bytes_max_(bytes_max) {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
        read_end_ = UniqueFd(ends[0]);
        write_end_ = UniqueFd(ends[1]);
        if (fcntl(read_end_.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    }
    int write_end() const { return write_end_.get(); }
    void close_write_end() { write_end_.reset(); }
    int read_end() const { return read_end_.get(); }  ///< -1 after the end of the output

    /// Takes what is there, without waiting for more. What is above the limit is read and dropped,
    /// or the child would wait for us for ever.
    void drain() {
        std::array<char, 16384> buffer;
        while (read_end_) {
            const ssize_t count = read(read_end_.get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && errno == EAGAIN) return;
            if (count < 0) fail("read");
            if (count == 0) return read_end_.reset();
            const std::size_t room = bytes_max_ - text_.size();
            text_.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
        }
    }
    std::string take() { return std::move(text_); }

private:
    std::size_t bytes_max_;
    UniqueFd read_end_;
    UniqueFd write_end_;
    std::string text_;
};

/// False when `deadline` has passed.
bool wait_for_end(int pid_fd, OutputPipe& output, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return false;
        const auto wait_ms = std::min<std::int64_t>(left.count(), 60'000);
        std::array<pollfd, 2> polled{pollfd{pid_fd, POLLIN, 0},
                                     pollfd{output.read_end(), POLLIN, 0}};
        if (poll(polled.data(), polled.size(), static_cast<int>(wait_ms)) < 0 && errno != EINTR) {
            fail("poll");
        }
        if (polled[0].revents != 0) return true;
        if (polled[1].revents != 0) output.drain();
    }
}

}  // namespace

CapturedRun run_captured(ChildSpec spec,
                         std::chrono::milliseconds timeout,
                         std::size_t output_max) {
    OutputPipe output(output_max);
    spec.output_fd = output.write_end();
    const auto deadline = Clock::now() + timeout;
    ChildProcess child(spec);
    output.close_write_end();

    const bool ended = wait_for_end(pid_fd(child.pid()).get(), output, deadline);
    if (!ended) child.signal_group(SIGKILL);
    const ChildExit exit = child.wait();
    // Not up to the end of the file: a daemon that left the group may hold the pipe open for ever.
    output.drain();
    return CapturedRun{ended ? exit.exit_code : kExitCodeTimeout, output.take(), exit.usage};
}

}  // namespace terrace::os
