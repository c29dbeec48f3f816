#include "worker/sandbox/slot_processes.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::sandbox {
namespace {

using namespace std::chrono_literals;

os::ChildSpec running(std::vector<std::string> command) {
    os::ChildSpec spec;
    spec.arguments = std::move(command);
    spec.environment = os::current_environment();
    return spec;
}

/// A number that no other run of these tests uses at the same time.
int own_uid() {
    return 1'000'000 + ::getpid() % 1'000'000;
}

/// posix_spawn returns when the child has exec'd, but setpriv and chroot exec once more.
bool come(const ProcessMarks& marks, std::size_t count) {
    for (int i = 0; i < 200; ++i) {
        if (find_processes(marks).size() == count) return true;
        std::this_thread::sleep_for(50ms);
    }
    return false;
}

}  // namespace

TEST_CASE("processes are found by their environment, whole entries only") {
    auto spec = running({"sleep", "300"});
    spec.environment["TERRACE_TEST"] = "slot-1";
    os::ChildProcess ours(spec);
    spec.environment["TERRACE_TEST"] = "slot-10";
    spec.environment["MY_TERRACE_TEST"] = "slot-1";
    os::ChildProcess other(spec);
    ProcessMarks marks;
    marks.environment = "TERRACE_TEST=slot-1";
    CHECK(find_processes(marks) == std::vector<pid_t>{ours.pid()});
    const KilledProcesses killed = kill_processes(marks);
    CHECK(killed.killed == 1);
    CHECK(killed.left.empty());
    CHECK(ours.wait().exit_code == 137);
    CHECK_FALSE(other.poll().has_value());
    CHECK(kill_processes(marks).killed == 0);
}

TEST_CASE(
    "processes are found by their user, also those that fork while they are killed or are "
    "stopped") {
    if (::geteuid() != 0) return;
    const std::string uid = std::to_string(own_uid());
    os::ChildProcess child(running({"setpriv", "--reuid", uid, "--clear-groups", "--", "sh", "-c",
                                    "sleep 300 & kill -STOP $!; "
                                    "while :; do (sleep 300 & ); sleep 0.05; done"}));
    ProcessMarks marks;
    marks.uids = {own_uid()};
    bool grown = false;
    for (int i = 0; i < 200 && !grown; ++i) {
        grown = find_processes(marks).size() > 4;
        std::this_thread::sleep_for(20ms);
    }
    REQUIRE(grown);
    CHECK(kill_processes(marks).left.empty());
    CHECK(find_processes(marks).empty());
}

TEST_CASE("processes are found by a root directory that lies below one of a slot's") {
    if (::geteuid() != 0) return;
    const os::TemporaryDirectory directory;
    const auto root = directory.path() / "base/slot/root";
    for (const char* part : {"bin", "lib", "lib64", "usr"})
        std::filesystem::create_directories(root / part);
    os::ChildProcess child(running(
        {"unshare", "--mount", "sh", "-c",
         "for d in bin lib lib64 usr; do mount --rbind /$d \"$0/$d\"; done; exec chroot \"$0\" "
         "sleep 300",
         root.string()}));
    ProcessMarks marks;
    marks.roots = {directory.path() / "base/slot"};
    CHECK(come(marks, 1));
    marks.roots = {directory.path() / "base/slo"};
    CHECK(find_processes(marks).empty());
    marks.roots = {directory.path() / "base"};
    CHECK(kill_processes(marks).killed == 1);
    CHECK(child.wait().exit_code == 137);
}

}  // namespace terrace::sandbox
