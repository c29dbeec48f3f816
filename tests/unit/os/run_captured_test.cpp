#include <doctest/doctest.h>

#include <chrono>
#include <csignal>

#include "common/os/child_process.hpp"

using namespace terrace;
using namespace std::chrono_literals;

namespace {

os::CapturedRun run(const std::string& script,
                    std::chrono::milliseconds timeout = 30s,
                    std::size_t output_max = 1 << 20) {
    os::ChildSpec spec;
    spec.arguments = {"/bin/sh", "-c", script};
    spec.environment = {{"PATH", "/usr/bin:/bin"}, {"WORD", "terrace"}};
    spec.directory = "/tmp";
    return os::run_captured(spec, timeout, output_max);
}

}  // namespace

TEST_CASE("both outputs are captured, in order") {
    const os::CapturedRun result = run("echo one; echo two >&2; echo three; exit 3");
    CHECK(result.exit_code == 3);
    CHECK(result.output == "one\ntwo\nthree\n");
}

TEST_CASE("environment and directory are the given ones, input is empty") {
    const os::CapturedRun result = run("echo $WORD; pwd; cat; echo ${HOME-none}");
    CHECK(result.output == "terrace\n/tmp\nnone\n");
}

TEST_CASE("output above the limit is dropped and the child still ends well") {
    const os::CapturedRun result = run("head -c 1000000 /dev/zero; exit 4", 30s, 1000);
    CHECK(result.exit_code == 4);
    CHECK(result.output.size() == 1000);
}

TEST_CASE("a timeout kills the whole group and keeps the output so far") {
    const os::CapturedRun result = run("echo $$; sleep 100 & sleep 100", 300ms);
    CHECK(result.exit_code == os::kExitCodeTimeout);
    const pid_t group = std::stoi(result.output);
    bool gone = false;  // the last process of the group is the init process's to collect
    for (int i = 0; i < 1000 && !gone; ++i)
        gone = run("kill -0 -- -" + std::to_string(group)).exit_code != 0;
    CHECK(gone);
}

TEST_CASE("a process left behind in the group does not hold the run up") {
    const auto start = std::chrono::steady_clock::now();
    const os::CapturedRun result = run("sleep 100 & echo done");
    CHECK(result.output == "done\n");
    CHECK(std::chrono::steady_clock::now() - start < 20s);
}

TEST_CASE("a daemon that left the group and holds the pipe does not hold the run up") {
    const auto start = std::chrono::steady_clock::now();
    const os::CapturedRun result = run("setsid sleep 25 & echo done");
    CHECK(result.output == "done\n");
    CHECK(std::chrono::steady_clock::now() - start < 20s);
}

TEST_CASE("the current environment can be handed on") {
    os::ChildSpec spec;
    spec.arguments = {"env"};
    spec.environment = os::current_environment();
    spec.environment["TERRACE_TEST_WORD"] = "a=b";
    CHECK(os::run_captured(spec, 30s).output.find("TERRACE_TEST_WORD=a=b\n") != std::string::npos);
}
