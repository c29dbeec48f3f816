#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/bench/measurement.hpp"

namespace terrace::bench {

namespace {

os::CapturedRun run_measure(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TERRACE_MEASURE_PROGRAM);
    return os::run_captured({arguments, os::current_environment()}, std::chrono::minutes(1));
}

}  // namespace

TEST_CASE("a run is measured, and its output is dropped") {
    const auto run = run_measure(
        {"--", "/bin/bash", "-c", "for ((i = 0; i < 50000; i++)); do :; done; echo noise"});
    CHECK(run.exit_code == 0);
    const auto measured = find_measurement(run.output);
    REQUIRE(measured);
    CHECK(measured->exit_code == 0);
    CHECK(measured->user_us > 0);
    CHECK(measured->wall_us >= measured->user_us);
    CHECK(measured->memory_peak_bytes > 500'000);
    CHECK(run.output.find("noise") == std::string::npos);
}

TEST_CASE("the peak of the memory is the command's own") {
    const auto peak = [](const std::string& command) {
        return find_measurement(run_measure({"--", "/bin/bash", "-c", command}).output)
            ->memory_peak_bytes;
    };
    CHECK(peak("x=$(head -c 40000000 /dev/zero | tr '\\0' x); :") > peak(":") + 20'000'000);
}

TEST_CASE("how the command ended is part of the measurement") {
    const auto exit_code = [](const std::vector<std::string>& command) {
        return find_measurement(run_measure(command).output)->exit_code;
    };
    CHECK(exit_code({"--", "/bin/bash", "-c", "exit 7"}) == 7);
    CHECK(exit_code({"--", "/bin/bash", "-c", "kill -9 $$"}) == 137);
    CHECK(exit_code({"--", "/no/such/program"}) == 127);
}

TEST_CASE("directory, CPU and size of the environment are set for the command") {
    os::TemporaryDirectory directory;
    const auto run = run_measure({"--directory", directory.path(), "--cpu", "0", "--padding", "123",
                                  "--show-output", "--", "/bin/bash", "-c",
                                  "pwd; taskset -cp $$; echo ${#TERRACE_PADDING}"});
    CHECK(run.output.find(directory.path().string() + "\n") != std::string::npos);
    CHECK(run.output.find("affinity list: 0\n") != std::string::npos);
    CHECK(run.output.find("\n123\n") != std::string::npos);
}

TEST_CASE("started by root, it becomes the owner of the directory") {
    if (geteuid() != 0) return;
    os::TemporaryDirectory directory;
    REQUIRE(chown(directory.path().c_str(), 12345, 12346) == 0);
    const auto run = run_measure({"--directory", directory.path(), "--show-output", "--",
                                  "/bin/bash", "-c", "echo $(id -u) $(id -G)"});
    CHECK(run.output.starts_with("12345 12346\n"));
}

TEST_CASE("every repetition is a line") {
    const std::string output = run_measure({"--repeat", "3", "--", "/bin/true"}).output;
    CHECK(std::count(output.begin(), output.end(), '\n') == 3);
}

TEST_CASE("bad options are refused, and nothing is run") {
    for (const std::vector<std::string>& options :
         std::vector<std::vector<std::string>>{{},
                                               {"--"},
                                               {"--cpu"},
                                               {"--cpu", "x", "--", "true"},
                                               {"--repeat", "-1", "--", "true"},
                                               {"--padding", "65537", "--", "true"},
                                               {"--nonsense", "1", "--", "true"},
                                               {"--directory", "/no/such", "--", "true"},
                                               {"/bin/true"}}) {
        const auto run = run_measure(options);
        CHECK(run.exit_code == 125);
        CHECK_FALSE(find_measurement(run.output));
    }
}

}  // namespace terrace::bench
