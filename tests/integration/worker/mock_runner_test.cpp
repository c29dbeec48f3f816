// run_mock() with shell scripts in mock's place.
#include "worker/mock/mock_runner.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "common/os/files.hpp"
#include "tests/integration/worker/fake_scheduler.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

struct Stage {
    os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    AttemptLog log{scheduler, {AttemptId{7}, 1}, directory.path() / "attempt.log"};

    MockRun run_of(const std::string& script) {
        MockRun run;
        run.command = {"/bin/sh", "-c", script};
        run.environment = os::current_environment();
        run.results = directory.path() / "results";
        run.output = directory.path() / "mock.out";
        run.time_max = 1min;
        std::filesystem::create_directory(run.results);
        run.environment["RESULTS"] = run.results.string();
        run.clean_up = {
            {"/bin/sh", "-c", "echo cleaned >> " + (directory.path() / "clean").string()}};
        return run;
    }
    std::string shipped() {
        log.finish([] { return false; });
        return scheduler.log();
    }
    bool was_cleaned() const { return std::filesystem::exists(directory.path() / "clean"); }
};

bool never() {
    return false;
}

TEST_CASE("mock's output and build.log are one log; root.log follows after a failure only") {
    constexpr const char* kScript =
        "echo 'ERROR: it broke'; cd $RESULTS; echo 'gcc -march=x86-64 a.c' > build.log; "
        "echo 'INFO: x:  No matching package to install: '\\''a'\\''' > root.log; "
        "echo '2026 - Start: build phase for a' > state.log; exit ";
    Stage failing;
    const MockEnd end = run_mock(failing.run_of(std::string(kScript) + "30"), failing.log, never);
    CHECK(end.exit_code == 30);
    CHECK(end.facts.march_seen);
    CHECK(end.facts.build_phase_started);
    CHECK(end.facts.missing == std::vector<std::string>{"a"});
    CHECK(end.facts.mock_error == "it broke");
    CHECK(failing.was_cleaned());
    const std::string log = failing.shipped();
    CHECK(log.find("==> mock <==\nERROR: it broke\n") != std::string::npos);
    CHECK(log.find("==> build.log <==\ngcc -march=x86-64 a.c\n") != std::string::npos);
    CHECK(log.find("==> root.log <==\n") != std::string::npos);

    Stage fine;
    CHECK(run_mock(fine.run_of(std::string(kScript) + "0"), fine.log, never).exit_code == 0);
    CHECK(fine.shipped().find("root.log") == std::string::npos);
}

TEST_CASE("the log is shipped while mock runs") {
    Stage stage;
    std::atomic<bool> seen = false;
    const auto cancelled = [&] {
        seen = seen || stage.scheduler.log().find("first") != std::string::npos;
        return seen.load();
    };
    const MockEnd end = run_mock(stage.run_of("echo first; sleep 300"), stage.log, cancelled);
    CHECK(end.stop == Stop::cancelled);
    CHECK(seen);
}

TEST_CASE(
    "a cancelled mock ends with all of its group, and its build root is cleaned up before the slot "
    "is free") {
    Stage stage;
    const auto cancelled = [&] { return std::filesystem::exists(stage.directory.path() / "pid"); };
    const std::string pid_file = (stage.directory.path() / "pid").string();
    const MockEnd end = run_mock(stage.run_of("sleep 300 & echo $! > " + pid_file + ".part; mv " +
                                              pid_file + ".part " + pid_file + "; wait"),
                                 stage.log, cancelled);
    CHECK(end.stop == Stop::cancelled);
    CHECK(end.exit_code == 143);
    CHECK(stage.was_cleaned());
    const pid_t child = static_cast<pid_t>(std::stol(os::read_file(pid_file)));
    // The killed child is a zombie until the system's first process collects it.
    bool gone = false;
    for (int i = 0; i < 100 && !gone; ++i) {
        std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
        std::string line;
        gone = !std::getline(stat, line) || line.find(") Z ") != std::string::npos;
        if (!gone) std::this_thread::sleep_for(50ms);
    }
    CHECK(gone);
}

TEST_CASE("a mock that ignores SIGTERM is killed after the grace time") {
    Stage stage;
    const auto begin = std::chrono::steady_clock::now();
    const auto cancelled = [&] {
        return std::filesystem::exists(stage.directory.path() / "results/ready");
    };
    const MockEnd end =
        run_mock(stage.run_of("trap '' TERM; touch $RESULTS/ready; while :; do sleep 1; done"),
                 stage.log, cancelled);
    CHECK(end.exit_code == 137);
    CHECK(end.stop == Stop::cancelled);
    CHECK(std::chrono::steady_clock::now() - begin >= 10s);
    CHECK(stage.was_cleaned());
}

TEST_CASE("a mock that takes longer than it may is ended") {
    Stage stage;
    MockRun run = stage.run_of("sleep 300");
    run.time_max = 300ms;
    const MockEnd end = run_mock(run, stage.log, never);
    CHECK(end.stop == Stop::out_of_time);
    CHECK(end.limit == run.time_max);
    CHECK(stage.was_cleaned());
}

TEST_CASE("a mock that neither speaks nor works is ended") {
    Stage stage;
    MockRun run = stage.run_of(
        "echo \"Executing command: ['rpmbuild -bb a.spec']\" > $RESULTS/build.log; "
        "echo '+ sleep 300' >> $RESULTS/build.log; sleep 300");
    run.silence_max = 1s;
    const MockEnd end = run_mock(run, stage.log, never);
    CHECK(end.stop == Stop::stalled);
    CHECK(end.limit == run.silence_max);
    CHECK(end.facts.step_running);
    CHECK(end.facts.last_line == "+ sleep 300");
    CHECK(stage.was_cleaned());
}

TEST_CASE("a failed build root is looked at, then cleaned up; one of another mock is left alone") {
    Stage stage;
    MockRun run = stage.run_of("exit 1");
    bool cleaned_before = true;
    run.look_at_failure = [&](const MockEnd& end) {
        cleaned_before = stage.was_cleaned();
        CHECK(end.exit_code == 1);
    };
    run_mock(run, stage.log, never);
    CHECK_FALSE(cleaned_before);
    CHECK(stage.was_cleaned());

    Stage locked;
    run_mock(locked.run_of("exit 60"), locked.log, never);
    CHECK_FALSE(locked.was_cleaned());
}

TEST_CASE("a signal from elsewhere leaves a build root to be cleaned up, too") {
    Stage stage;
    const MockEnd end = run_mock(stage.run_of("kill -9 $$"), stage.log, never);
    CHECK(end.exit_code == 137);
    CHECK(stage.was_cleaned());
}

TEST_CASE("usage is measured") {
    Stage stage;
    const MockEnd end = run_mock(stage.run_of("i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done"),
                                 stage.log, never);
    CHECK(end.usage.user.count() > 0);
    CHECK(end.usage.memory_peak_bytes > 0);
}

}  // namespace
}  // namespace terrace::worker
