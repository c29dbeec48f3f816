#include "worker/bench/mock_root.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "common/os/child_process.hpp"
#include "common/os/unique_fd.hpp"
#include "worker/bench/measurement.hpp"

namespace terrace::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kPollInterval = 50ms;
constexpr auto kTermPatience = 10s;
constexpr auto kCleanTimeMax = 10min;
constexpr std::size_t kOutputBytesMax = 64 << 10;
constexpr std::size_t kLinesInErrors = 12;

os::UniqueFd open_output(const std::filesystem::path& path) {
    os::UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    if (!fd) throw std::system_error(errno, std::generic_category(), path.string());
    return fd;
}

std::string read_end(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) throw std::system_error(errno, std::generic_category(), "fstat");
    std::string text(std::min(kOutputBytesMax, static_cast<std::size_t>(status.st_size)), '\0');
    const ssize_t got =
        pread(fd, text.data(), text.size(), status.st_size - static_cast<off_t>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

/// Nothing of a package's own runs in these, but for the scripts of its RPMs.
bool fills_the_root(const std::vector<std::string>& arguments) {
    return std::ranges::any_of(
        arguments, [](const std::string& x) { return x == "--init" || x == "--install"; });
}

/// TERM lets mock end its children and give up its locks.
void stop(os::ChildProcess& child) {
    child.signal_group(SIGTERM);
    static_cast<void>(child.wait_for(kTermPatience));
    child.signal_group(SIGKILL);
    child.wait();
}

}  // namespace

MockRoot::MockRoot(const ComparisonContext& context,
                   std::string side,
                   std::string unique_ext,
                   Deadline deadline)
    : context_(context),
      side_(std::move(side)),
      unique_ext_(std::move(unique_ext)),
      deadline_(deadline) {}

MockRoot::~MockRoot() {
    try {
        clean();
    } catch (const std::exception& e) {
        context_.log(fmt::format("The {}'s build root could not be removed: {}", side_, e.what()));
    }
}

Result<void> MockRoot::init() {
    context_.log(fmt::format("making the {}'s build root", side_));
    return call_or_fail({"--init"}, Errc::unavailable);
}

Result<void> MockRoot::install(const std::vector<std::filesystem::path>& rpms) {
    std::vector<std::string> arguments = {"--no-clean", "--install"};
    for (const std::filesystem::path& rpm : rpms) arguments.push_back(rpm.string());
    return call_or_fail(arguments, Errc::invalid_argument);
}

Result<void> MockRoot::copy_in(const std::filesystem::path& directory, const std::string& target) {
    return call_or_fail({"--no-clean", "--copyin", directory.string(), target}, Errc::unavailable);
}

Result<std::string> MockRoot::run(const std::string& command_line) {
    // One argument: mock gives a list of words to no shell, and its stand-ins join it.
    Result<MockExit> exit = call({"--no-clean", "--chroot", command_line});
    if (exit.has_error()) return exit.error();
    return std::move(exit->output);
}

Result<void> MockRoot::call_or_fail(const std::vector<std::string>& arguments, Errc code) {
    const Result<MockExit> exit = call(arguments);
    if (exit.has_error()) return exit.error();
    if (exit->exit_code == 0) return {};
    return Error{
        code, fmt::format(
                  "In the {}'s build root, mock {} ended with exit code {}: {}", side_,
                  *std::ranges::find_if(arguments, [](const auto& x) { return x != "--no-clean"; }),
                  exit->exit_code, last_lines(exit->output, kLinesInErrors))};
}

Result<MockRoot::MockExit> MockRoot::call(const std::vector<std::string>& arguments,
                                          bool may_stop) {
    const bool fetches = !context_.fetch_command.empty() && fills_the_root(arguments);
    os::ChildSpec spec{fetches ? context_.fetch_command : context_.mock_command,
                       context_.environment};
    spec.arguments.insert(spec.arguments.end(),
                          {"-r", context_.attempt_config.string(), "--uniqueext", unique_ext_});
    if (!context_.isolation.empty()) spec.arguments.push_back("--isolation=" + context_.isolation);
    spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
    const os::UniqueFd output = open_output(context_.work_directory / "mock-output.log");
    spec.output_fd = output.get();

    const Deadline deadline =
        may_stop ? deadline_ : std::chrono::steady_clock::now() + kCleanTimeMax;
    os::ChildProcess child(spec);
    while (true) {
        if (const std::optional<os::ChildExit> exit = child.wait_for(kPollInterval)) {
            return MockExit{exit->exit_code, read_end(output.get())};
        }
        const bool is_cancelled = may_stop && context_.cancelled();
        const bool is_late = std::chrono::steady_clock::now() > deadline;
        if (is_cancelled || is_late) {
            stop(child);
            was_stopped_ = true;
            if (is_cancelled) return Error{Errc::conflict, "The comparison was cancelled."};
            return Error{Errc::unavailable, "The comparison took longer than its order allows."};
        }
    }
}

void MockRoot::clean() {
    if (was_stopped_) {
        // What it answers does not matter: --clean below fails if anything still holds the root.
        static_cast<void>(call({"--orphanskill"}, false));
    }
    const Result<MockExit> exit = call({"--clean"}, false);
    if (exit.has_value() && exit->exit_code == 0) return;
    context_.log(fmt::format(
        "The {}'s build root could not be removed: {}", side_,
        exit.has_error() ? exit.error().message : last_lines(exit->output, kLinesInErrors)));
}

}  // namespace terrace::bench
