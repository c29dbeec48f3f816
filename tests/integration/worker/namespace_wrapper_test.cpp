// What runs behind the wrapper, tested as an attacker would: nothing of mock is in it.
#include "worker/sandbox/namespace_wrapper.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/sandbox/slot_processes.hpp"

namespace terrace::sandbox {
namespace {

using namespace std::chrono_literals;

os::ChildSpec wrapped(std::vector<std::string> prefix, const std::string& script) {
    prefix.insert(prefix.end(), {"bash", "-c", script});
    os::ChildSpec spec;
    spec.arguments = std::move(prefix);
    spec.environment = os::current_environment();
    return spec;
}

std::string output_of(const std::vector<std::string>& prefix, const std::string& script) {
    const os::CapturedRun run = os::run_captured(wrapped(prefix, script), 60s);
    CHECK(run.exit_code == 0);
    return run.output;
}

bool is_root() {
    return ::geteuid() == 0;
}

}  // namespace

TEST_CASE("a build sees no network but lo, which works, and no process but its own") {
    if (!is_root()) return;
    const auto prefix = namespace_prefix(Network::none);
    CHECK(output_of(prefix, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '") == "lo\n");
    CHECK(output_of(prefix, "(: < /dev/tcp/127.0.0.1/9) 2>&1 | grep -q refused && echo up") ==
          "up\n");
    // The shell that is PID 1, and this one.
    CHECK(output_of(prefix, "set -- /proc/[0-9]*; echo $#") == "2\n");
    CHECK(output_of(prefix, "kill -0 " + std::to_string(::getpid()) +
                                " 2>/dev/null || echo none") == "none\n");
    for (const char* kind : {"pid", "net", "ipc", "uts", "mnt"}) {
        CAPTURE(kind);
        const std::string link = std::string("/proc/self/ns/") + kind;
        CHECK(output_of(prefix, "readlink " + link) !=
              std::filesystem::read_symlink(link).string() + "\n");
    }
    CHECK(output_of(namespace_prefix(Network::host), "readlink /proc/self/ns/net") ==
          std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n");
}

TEST_CASE(
    "steps share a namespace of processes, end with the first that fails, and lose the network "
    "when they must") {
    if (!is_root()) return;
    const std::string host = std::filesystem::read_symlink("/proc/self/ns/net").string();
    os::ChildSpec spec;
    spec.environment = os::current_environment();
    spec.arguments = in_namespaces({{{"readlink", "/proc/self/ns/net"}, Network::host},
                                    {{"readlink", "/proc/self/ns/net"}, Network::none}});
    const os::CapturedRun run = os::run_captured(spec, 60s);
    CHECK(run.exit_code == 0);
    CHECK(run.output.starts_with(host + "\n"));
    CHECK(run.output.find(host, 1) == std::string::npos);

    spec.arguments = in_namespaces(
        {{{"sh", "-c", "exit 30"}, Network::host}, {{"echo", "never"}, Network::none}});
    const os::CapturedRun failed = os::run_captured(spec, 60s);
    CHECK(failed.exit_code == 30);
    CHECK(failed.output.empty());
}

TEST_CASE(
    "a SIGKILL of the wrapper, or of the shell in it, leaves nothing, whoever the build has "
    "become") {
    if (!is_root()) return;
    const std::string uid = std::to_string(1'000'000 + ::getpid() % 1'000'000);
    ProcessMarks marks;
    marks.uids = {std::stoi(uid)};
    // As mock does: another user, another session, the death of whose parent nobody notices.
    const std::string script =
        "setsid setpriv --reuid " + uid + " --clear-groups -- sh -c 'sleep 300 & sleep 300 & wait'";
    for (const bool whole_group : {false, true}) {
        CAPTURE(whole_group);
        os::ChildProcess child(wrapped(namespace_prefix(Network::none), script));
        for (int i = 0; i < 200 && find_processes(marks).size() < 3; ++i)
            std::this_thread::sleep_for(50ms);
        REQUIRE(find_processes(marks).size() >= 3);
        if (whole_group) {
            child.signal_group(SIGKILL);
        } else {
            REQUIRE(::kill(child.pid(), SIGKILL) == 0);
        }
        CHECK(child.wait().exit_code == 137);
        for (int i = 0; i < 200 && !find_processes(marks).empty(); ++i)
            std::this_thread::sleep_for(50ms);
        CHECK(find_processes(marks).empty());
    }
}

TEST_CASE("SIGTERM to the group reaches what runs in the namespaces") {
    if (!is_root()) return;
    const os::TemporaryDirectory directory;
    const std::string file = (directory.path() / "got").string();
    os::ChildProcess child(wrapped(namespace_prefix(Network::none),
                                   "trap 'echo term > " + file + "; exit 143' TERM; touch " + file +
                                       "; while :; do sleep 0.1; done"));
    for (int i = 0; i < 200 && !std::filesystem::exists(file); ++i)
        std::this_thread::sleep_for(50ms);
    child.signal_group(SIGTERM);
    CHECK(child.wait().exit_code == 143);
    CHECK(os::read_file(file) == "term\n");
}

}  // namespace terrace::sandbox
