// Control groups for real, as far as this machine has them.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/sandbox/cgroup_files.hpp"
#include "worker/sandbox/cgroup_tree.hpp"

namespace terrace::sandbox {
namespace {

using namespace std::chrono_literals;

/// Not another test's, whatever runs at the same time.
std::string tree_name() {
    return "terrace-test-" + std::to_string(::getpid());
}

os::ChildSpec shell_in(const Cgroup& group, const std::string& script) {
    os::ChildSpec spec;
    spec.arguments = {"/bin/sh", "-c", script};
    spec.environment = os::current_environment();
    spec.cgroup_procs = group.procs_files();
    return spec;
}

bool can(const CgroupTree& tree, const char* controller) {
    if (tree.can_limit(controller)) return true;
    std::cerr << "\n*** SKIPPED: no writable control group for " << controller
              << " here: " << tree.description() << " ***\n\n";
    return false;
}

/// Every group of the name, in every hierarchy.
std::vector<std::filesystem::path> groups_of(const std::string& name) {
    std::vector<std::filesystem::path> found;
    for (const CgroupHierarchy& hierarchy : own_cgroup_hierarchies()) {
        if (std::filesystem::exists(hierarchy.own / name)) found.push_back(hierarchy.own / name);
    }
    return found;
}

TEST_CASE("a process that takes more memory than its group may have is killed, and that is told") {
    CgroupTree tree(tree_name());
    if (!can(tree, "memory")) return;
    Cgroup group = tree.make("oom", {.memory_bytes = 64 << 20});
    const os::ChildSpec spec = shell_in(group, "x=$(head -c 300000000 /dev/zero | tr '\\0' x)");
    const os::CapturedRun run = os::run_captured(spec, 60s);
    CHECK(run.exit_code != 0);
    CHECK(group.usage().oom_kills.value_or(0) >= 1);
    CHECK(group.usage().memory_peak_bytes == 64 << 20);
}

TEST_CASE("what stays within its limits is not killed, and its memory is seen without file cache") {
    CgroupTree tree(tree_name());
    if (!can(tree, "memory")) return;
    Cgroup group = tree.make("fits", {.memory_bytes = 512 << 20});
    const os::TemporaryDirectory directory;
    const std::string file = (directory.path() / "file").string();
    os::ChildProcess child(shell_in(group, "head -c 150000000 /dev/zero > " + file +
                                               "; x=$(head -c 40000000 /dev/zero | tr "
                                               "'\\0' x); echo ready > " +
                                               file + ".ready; sleep 0.5"));
    while (!child.poll()) {
        group.look();
        std::this_thread::sleep_for(20ms);
    }
    CHECK(child.wait().exit_code == 0);
    CHECK(group.usage().oom_kills == 0);
    const std::int64_t seen = group.usage().memory_peak_bytes.value_or(0);
    CHECK(seen > 40'000'000);
    CHECK(seen < 150'000'000);
}

TEST_CASE("CPU time is limited and counted, with that of processes that nobody waited for") {
    CgroupTree tree(tree_name());
    if (!can(tree, "cpu")) return;
    Cgroup group = tree.make("cpu", {.cores = 1});
    // Two busy processes for a second of CPU time each, whose parent is gone.
    const char* busy = "(ulimit -t 1; while :; do :; done) &";
    os::ChildProcess child(shell_in(group, std::string(busy) + busy + " wait"));
    child.wait();
    const auto cpu = group.usage().cpu;
    REQUIRE(cpu.has_value());
    CHECK(*cpu > 1500ms);
    CHECK(*cpu < 10s);
    // That it takes effect is the kernel's; on a busy machine two processes never had two cores.
    bool limited = false;
    for (const auto& file : group.procs_files()) {
        const std::filesystem::path directory = file.parent_path();
        limited = limited || number_in(directory / "cpu.cfs_quota_us") == 100'000 ||
                  text_or_empty(directory / "cpu.max") == "100000 100000\n";
    }
    CHECK(limited);
}

TEST_CASE("a group may have so many processes and no more") {
    CgroupTree tree(tree_name());
    if (!can(tree, "pids")) return;
    Cgroup group = tree.make("pids", {.processes_max = 5});
    const os::CapturedRun run = os::run_captured(
        shell_in(group, "for i in 1 2 3 4 5 6 7 8; do sleep 0.2 & done; wait"), 60s);
    CHECK(run.exit_code != 0);
    CHECK(run.output.find("ork") != std::string::npos);  // "Cannot fork"
}

TEST_CASE("killing a group ends what left its process group and its session, and nothing else") {
    CgroupTree tree(tree_name());
    Cgroup group = tree.make("kill", {});
    if (group.procs_files().empty()) return;
    const os::TemporaryDirectory directory;
    const std::string ready = (directory.path() / "ready").string();
    os::ChildProcess outside([] {
        os::ChildSpec spec;
        spec.arguments = {"/bin/sleep", "100"};
        return spec;
    }());
    os::ChildProcess child(shell_in(
        group, "setsid sh -c 'setsid sleep 1000 & sleep 1000 & touch " + ready + "; wait' & wait"));
    while (!std::filesystem::exists(ready)) std::this_thread::sleep_for(10ms);
    const auto before = processes_in(group.procs_files().front().parent_path());
    CHECK(before.size() >= 4);
    CHECK(group.kill());
    CHECK(child.wait().exit_code == 137);
    for (const auto& file : group.procs_files()) CHECK(processes_in(file.parent_path()).empty());
    CHECK_FALSE(outside.poll());
}

TEST_CASE("without cgroup.kill, a group that forks all the time is ended all the same") {
    // v1 alone: what a host without cgroup v2 has.
    std::vector<CgroupHierarchy> v1;
    for (const CgroupHierarchy& hierarchy : own_cgroup_hierarchies()) {
        if (!hierarchy.v2) v1.push_back(hierarchy);
    }
    CgroupTree tree(tree_name(), v1);
    if (!can(tree, "pids")) return;
    Cgroup group = tree.make("forks", {.processes_max = 100});
    os::ChildProcess child(shell_in(
        group, "f() { while :; do setsid sleep 0.01 & sleep 0.005; done; }; f & f & f & f & wait"));
    std::this_thread::sleep_for(200ms);
    CHECK(group.kill());
    CHECK(child.wait().exit_code == 137);
    // mock's next run in this group must be able to fork.
    CHECK(os::run_captured(shell_in(group, "sleep 0.01 & wait; exit 3"), 60s).exit_code == 3);
}

TEST_CASE("the end of a group and of a tree leaves no directory and no process") {
    const std::string name = tree_name();
    {
        CgroupTree tree(name);
        Cgroup group = tree.make("short", {.cores = 1, .memory_bytes = 64 << 20});
        os::ChildProcess child(shell_in(group, "setsid sleep 1000 & sleep 1000"));
        std::this_thread::sleep_for(50ms);
        Cgroup moved = std::move(group);
        CHECK(group.procs_files().empty());
    }
    CHECK(groups_of(name).empty());
}

TEST_CASE("what an earlier life has left is ended and removed") {
    const std::string name = tree_name();
    CgroupTree earlier(name);
    // Its destructor never runs, as after a SIGKILL of the worker; groups below it as nspawn has.
    auto* lost = new Cgroup(earlier.make("lost", {}));
    const auto files = lost->procs_files();
    if (files.empty()) return;
    std::filesystem::create_directory(files.front().parent_path() / "payload");
    os::ChildProcess child(shell_in(*lost, "echo $$ > " + files.front().parent_path().string() +
                                               "/payload/cgroup.procs; sleep 1000"));
    while (processes_in(files.front().parent_path() / "payload").empty())
        std::this_thread::sleep_for(10ms);
    {
        CgroupTree tree(name);
        CHECK(tree.remove_leftovers() >= 1);
        CHECK(child.wait().exit_code == 137);
        CHECK_FALSE(std::filesystem::exists(files.front().parent_path()));
        CHECK(tree.remove_leftovers() == 0);
    }
    delete lost;
    CHECK(groups_of(name).empty());
}

TEST_CASE("where there is nothing to write to, attempts run without limits, and it is said") {
    CgroupTree tree("terrace-test", {{true, {}, "/proc/1", false}, {false, {"memory"}, "/proc/1"}});
    CHECK(tree.description().find("no limits") != std::string::npos);
    CHECK_FALSE(tree.can_limit("memory"));
    Cgroup group = tree.make("any", {.cores = 1, .memory_bytes = 1});
    CHECK(group.procs_files().empty());
    CHECK(group.kill());
    CHECK_FALSE(group.usage().memory_peak_bytes);
    CHECK(os::run_captured(shell_in(group, "exit 7"), 10s).exit_code == 7);
}

TEST_CASE("a program that cannot enter its group does not run at all") {
    const os::TemporaryDirectory directory;
    os::ChildSpec spec;
    spec.arguments = {"/bin/sh", "-c", "touch " + (directory.path() / "ran").string()};
    spec.environment = os::current_environment();
    spec.cgroup_procs = {directory.path() / "gone" / "cgroup.procs"};
    const os::CapturedRun run = os::run_captured(spec, 10s);
    CHECK(run.exit_code == 126);
    CHECK(run.output.find("gone/cgroup.procs") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(directory.path() / "ran"));
}

}  // namespace
}  // namespace terrace::sandbox
