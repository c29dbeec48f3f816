#include "worker/bench/host_condition.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "common/os/files.hpp"

namespace terrace::bench {
namespace {

class FakeHost {
public:
    void say(const std::string& file, const std::string& text) {
        const std::filesystem::path path = directory_.path() / file;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text << "\n";
    }
    HostCondition read(int cpu) const { return read_host_condition(cpu, directory_.path()); }

private:
    os::TemporaryDirectory directory_;
};

Sample a_run(std::int64_t wall_us, std::int64_t others_us) {
    Sample run;
    run.wall_us = wall_us;
    run.others_us = others_us;
    return run;
}

}  // namespace

TEST_CASE("a host says its governor, turbo, SMT, load and how often it was throttled") {
    FakeHost host;
    const std::string cpu = "sys/devices/system/cpu/";
    host.say("proc/loadavg", "1.25 0.50 0.10 2/345 6789");
    host.say(cpu + "cpu3/cpufreq/scaling_governor", "performance");
    host.say(cpu + "intel_pstate/no_turbo", "1");
    host.say(cpu + "cpu3/topology/thread_siblings_list", "3,7");
    host.say(cpu + "cpu3/thermal_throttle/core_throttle_count", "4");
    host.say(cpu + "cpu3/thermal_throttle/package_throttle_count", "2");
    CHECK(host.read(3) == HostCondition{.governor = "performance",
                                        .turbo = "off",
                                        .smt = "on",
                                        .load_percent = 125,
                                        .throttled = 6,
                                        .runs_rejected = 0});

    FakeHost other;
    other.say(cpu + "cpufreq/boost", "1");
    other.say(cpu + "cpu0/topology/thread_siblings_list", "0");
    CHECK(other.read(0).turbo == "on");
    CHECK(other.read(0).smt == "off");
}

TEST_CASE("a host that says nothing has an empty condition") {
    CHECK(FakeHost().read(0) == HostCondition{});
}

TEST_CASE("a run is disturbed when its CPU did something else for a tenth of its time") {
    CHECK(is_disturbed(a_run(1'000'000, 110'000)));
    CHECK_FALSE(is_disturbed(a_run(1'000'000, 90'000)));
    CHECK_FALSE(is_disturbed(a_run(100'000, 30'000)));  // three ticks prove nothing
    CHECK(is_disturbed(a_run(100'000, 40'000)));
    CHECK_FALSE(is_disturbed(a_run(0, 0)));
}

}  // namespace terrace::bench
