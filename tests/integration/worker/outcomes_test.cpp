// Every outcome of a build, and what decided it, by a mock that really builds.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "tests/integration/worker/host_limits.hpp"
#include "tests/integration/worker/mini_worker.hpp"
#include "worker/mock/kernel_log.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSpecs = "tests/integration/worker/specs";

struct Expected {
    const char* outcome;
    int exit_code;
    const char* evidence;  ///< a part of it
};

void check_report(const AttemptReport& report, const Expected& expected) {
    CHECK(name_of(report.outcome) == expected.outcome);
    CHECK(report.exit_code == expected.exit_code);
    CAPTURE(report.evidence);
    CHECK(report.evidence.find(expected.evidence) != std::string::npos);
    CHECK(report.rpms.empty() == (report.outcome != Outcome::ok));
}

void check_build(MiniWorker& worker, const LeaseGrant& lease, const Expected& expected) {
    CAPTURE(lease.build->srpm_name);
    const AttemptReport report = worker.run(lease);
    CAPTURE(worker.scheduler.log());
    check_report(report, expected);
    CHECK_FALSE(worker.left_something());
}

TEST_CASE("what is the package's own doing") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    check_build(worker, worker.lease_on("only-words", kSpecs), {"ok", 0, ""});
    check_build(worker, worker.lease_on("build-fails"), {"build_failed", 1, "a.c:1:25: error: "});
    check_build(worker, worker.lease_on("check-fails"),
                {"check_failed", 1, "FAIL: one of one tests; Bad exit status from "});
    check_build(worker, worker.lease_on("missing-requires"),
                {"uninstallable", 30,
                 "Nothing in the seed provides no-such-package-devel: No matching package to "
                 "install: 'no-such-package-devel'"});
    check_build(worker, worker.lease_on("broken-spec"), {"bad_srpm", 1, "broken on purpose"});
}

TEST_CASE("a source package that came to harm") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    LeaseGrant lease = worker.lease_on("ok");
    const std::string good = os::read_file(worker.directory.path() / lease.build->srpm_name);
    std::string damaged = good;
    for (std::size_t i = damaged.size() - 400; i < damaged.size() - 200; ++i)
        damaged[i] = static_cast<char>(~damaged[i]);
    lease.build->srpm_digest = worker.scheduler.add_object(damaged);
    check_build(worker, lease, {"bad_srpm", 40, "error: unpacking of archive failed"});
    lease.build->srpm_digest = worker.scheduler.add_object(good.substr(0, 600));
    check_build(worker, lease, {"bad_srpm", 1, "Cannot find/open srpm"});
}

TEST_CASE("time and silence") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    LeaseGrant lease = worker.lease_on("endless-loop");
    lease.build->timeout = 10s;
    lease.build->silence_max = 6s;  // it uses the CPU, so this is not what ends it
    check_build(worker, lease, {"timeout", 11, "Timeout(10) expired for command; last line: + :"});

    lease = worker.lease_on("sleeper");
    lease.build->silence_max = 6s;
    check_build(worker, lease,
                {"stalled", 143, "No output and no CPU use for 6 seconds; last line: + sleep 654"});
}

TEST_CASE("a full disk") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    LeaseGrant lease = worker.lease_on("disk-filler", kSpecs);
    check_build(worker, lease,
                {"disk_full", 1, "dd: error writing 'big': No space left on device"});
    lease.build->defines.emplace_back("quiet 1");  // as where the logs are on the full disk
    check_build(worker, lease, {"disk_full", 1, "No space was left where the build root is."});
}

TEST_CASE("want of memory") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    const MemoryLimit limit(std::int64_t{1} << 30);
    if (!limit.works() || !KernelLog().is_complete()) {
        std::cerr << "\n*** SKIPPED: no control group for memory, or no kernel log. ***\n\n";
        return;
    }
    worker.settings.mock.command = limit.wrapped(worker.settings.mock.command);
    check_build(worker, worker.lease_on("memory-hog", kSpecs),
                {"oom", 1, "emory cgroup out of memory: Killed process "});
}

LeaseGrant dying_lease(MiniWorker& worker,
                       const std::string& instruction,
                       const std::string& section) {
    LeaseGrant lease = worker.lease_on("illegal-instruction");
    if (!instruction.empty())
        lease.build->defines.push_back("instruction asm volatile(\"" + instruction + "\")");
    lease.build->defines.push_back("section " + section);
    return lease;
}

TEST_CASE("an instruction that this host lacks, and traps, which every host lacks") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    if (!KernelLog().is_complete()) {
        std::cerr << "\n*** SKIPPED: the kernel's log is not readable. ***\n\n";
        return;
    }
    const std::string tilezero = ".byte 0xc4, 0xe2, 0x7b, 0x49, 0xc0";  // faults with AMX, too
    check_build(worker, dying_lease(worker, tilezero, "check"),
                {"isa_mismatch", 1, "tilezero (AMX_TILE) in builddir/build/BUILD/"});
    check_build(worker, dying_lease(worker, tilezero, "silent check"),
                {"isa_mismatch", 1, "FAIL: dies; Bad exit status"});
    check_build(worker, dying_lease(worker, "ud2", "build"),
                {"build_failed", 1, " Illegal instruction "});
    check_build(worker, dying_lease(worker, "ud1 %eax, %eax", "check"),
                {"check_failed", 1, "; ud1 ("});
    check_build(worker, dying_lease(worker, "", "check"),
                {"check_failed", 1, "the kernel saw no invalid opcode"});

    MiniWorker reusing;  // its root is gone with mock, the overlay's layers are not
    check_build(reusing, dying_lease(reusing, "ud2", "check"),
                {"check_failed", 1, "; ud2 (PPRO) in builddir/build/BUILD/"});
}

TEST_CASE("signals are never the package's fault") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    if (KernelLog().is_complete()) {
        check_build(worker, worker.lease_on("kills-itself", kSpecs),
                    {"infra_aborted", 1, "killed by signal 9, and not for want of memory"});
    }
    // mock ends as the rpmbuild that was killed did: by Python's count with 256 - 9.
    LeaseGrant lease = worker.lease_on("kills-itself", kSpecs);
    lease.build->defines.emplace_back("killing kill -9 $PPID");
    check_build(worker, lease, {"infra_aborted", 247, "rpmbuild was killed"});

    worker.settings.mock.namespaces = false;  // there mock's own number is not the host's
    const std::filesystem::path pid_file = worker.directory.path() / "pid";
    const std::vector<std::string> mock = worker.settings.mock.command;
    worker.settings.mock.command = {
        "/bin/sh", "-c",
        "test -e " + pid_file.string() + " || echo $$ > " + pid_file.string() + "; exec \"$@\"",
        "sh", mock[0]};
    for (const int signal : {SIGKILL, SIGTERM, SIGHUP}) {
        std::filesystem::remove(pid_file);
        worker.scheduler.forget_log();
        worker.runner->start(worker.lease_on("sleeper"));
        const auto sleeps = [&] {
            return worker.scheduler.log().find("\nsleeping\n") != std::string::npos;
        };
        for (int i = 0; i < 600 && !sleeps(); ++i) std::this_thread::sleep_for(100ms);
        ::kill(static_cast<pid_t>(std::stol(os::read_file(pid_file))), signal);
        const auto report = worker.wait_for_report(60s);
        REQUIRE(report);
        check_report(*report, {"infra_aborted", 128 + signal, "mock was ended by signal "});
        CHECK_FALSE(worker.left_something());
    }
}

}  // namespace
}  // namespace terrace::worker
