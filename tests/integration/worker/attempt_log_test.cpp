#include "worker/mock/attempt_log.hpp"

#include <doctest/doctest.h>

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
