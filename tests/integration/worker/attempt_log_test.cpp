#include "worker/mock/attempt_log.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "common/os/files.hpp"
#include "tests/integration/worker/fake_scheduler.hpp"

namespace terrace::worker {
namespace {

bool never() {
    return false;
}

TEST_CASE("the parts of a log are one text, each under its header") {
    const os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    AttemptLog log(scheduler, {AttemptId{7}, 1}, directory.path() / "log");
    log.line("mock", "Start: run");
    log.line("build.log", "gcc a.c");
    log.line("build.log", "done");
    log.line("mock", "Finish: run");
    log.finish(never);
    CHECK(scheduler.log() ==
          "==> mock <==\nStart: run\n\n==> build.log <==\ngcc a.c\ndone\n\n==> mock <==\nFinish: "
          "run\n");
}

TEST_CASE("what the farm missed while it was away is sent again, without holes or doubles") {
    const os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    scheduler.calls_away = 1;
    AttemptLog log(scheduler, {AttemptId{7}, 1}, directory.path() / "log");
    std::string expected = "==> build.log <==\n";
    for (int i = 0; i < 20'000; ++i) {
        const std::string line = "line " + std::to_string(i) + " of a long log";
        log.line("build.log", line);
        expected += line + "\n";
    }
    log.finish(never);
    CHECK(scheduler.log() == expected);
}

TEST_CASE("text that the farm has lost is sent once more") {
    const os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    AttemptLog log(scheduler, {AttemptId{7}, 1}, directory.path() / "log");
    std::string expected = "==> build.log <==\n";
    for (int i = 0; i < 20'000; ++i) {
        const std::string line = "line " + std::to_string(i) + " of a long log";
        log.line("build.log", line);
        expected += line + "\n";
    }
    while (scheduler.log().empty()) std::this_thread::yield();
    scheduler.loses_log = true;
    log.finish(never);
    CHECK(scheduler.log() == expected);
}

TEST_CASE("of a log that is too long the head is shipped as it grows, and the tail at the end") {
    const os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    AttemptLog log(scheduler, {AttemptId{7}, 1}, directory.path() / "log", {1000, 2000});
    for (int i = 0; i < 10'000; ++i) log.line("build.log", "line " + std::to_string(i));
    while (scheduler.log().find("what follows comes when the attempt has ended") ==
           std::string::npos) {
        std::this_thread::yield();
    }
    const std::string head = scheduler.log();
    CHECK(head.starts_with("==> build.log <==\nline 0\nline 1\n"));
    CHECK(head.size() < 1200);
    log.line("terrace", "outcome: build_failed");
    log.finish(never);
    const std::string text = scheduler.log();
    CHECK(text.starts_with(head));
    CHECK(text.find(" bytes are left out here. <==\nline ") != std::string::npos);
    CHECK(text.ends_with("line 9999\n\n==> terrace <==\noutcome: build_failed\n"));
    CHECK(text.size() < 3300);
}

TEST_CASE("shipping ends with the lease, and the attempt does not notice") {
    const os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    scheduler.lease_ended = true;
    AttemptLog log(scheduler, {AttemptId{7}, 1}, directory.path() / "log");
    log.line("mock", "one");
    log.finish(never);
    log.line("mock", "two");
    log.finish(never);
    CHECK(scheduler.log().empty());
}

TEST_CASE("a log that nobody waits for is dropped") {
    const os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    scheduler.calls_away = 1'000'000;
    AttemptLog log(scheduler, {AttemptId{7}, 1}, directory.path() / "log");
    log.line("mock", "one");
    log.finish([] { return true; });
    CHECK(scheduler.log().empty());
}

}  // namespace
}  // namespace terrace::worker
