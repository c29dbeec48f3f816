#include "worker/bench/host_condition.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <string>

namespace terrace::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kTicksUs = 30'000;
constexpr std::int64_t kShareMax = 10;  ///< 1 / of the run's time

std::string first_word(const fs::path& file) {
    std::string word;
    std::ifstream(file) >> word;
    return word;
}

std::int64_t first_number(const fs::path& file) {
    std::int64_t number = 0;
    std::ifstream(file) >> number;
    return number;
}

/// intel_pstate says it the other way round.
std::string turbo_of(const fs::path& cpus) {
    const std::string no_turbo = first_word(cpus / "intel_pstate/no_turbo");
    if (!no_turbo.empty()) return no_turbo == "0" ? "on" : "off";
    const std::string boost = first_word(cpus / "cpufreq/boost");
    if (boost.empty()) return "";
    return boost == "1" ? "on" : "off";
}

/// "3" is a core of its own; "3,7" and "2-3" are shared.
std::string smt_of(const fs::path& cpu) {
    const std::string siblings = first_word(cpu / "topology/thread_siblings_list");
    if (siblings.empty()) return "";
    return siblings.find_first_of(",-") == std::string::npos ? "off" : "on";
}

std::int64_t load_percent(const fs::path& loadavg) {
    double load = 0;
    std::ifstream(loadavg) >> load;
    return std::llround(load * 100);
}

}  // namespace

HostCondition read_host_condition(int cpu, const fs::path& root) {
    const fs::path cpus = root / "sys/devices/system/cpu";
    const fs::path own = cpus / fmt::format("cpu{}", cpu);
    HostCondition host;
    host.governor = first_word(own / "cpufreq/scaling_governor");
    host.turbo = turbo_of(cpus);
    host.smt = smt_of(own);
    host.load_percent = load_percent(root / "proc/loadavg");
    host.throttled = first_number(own / "thermal_throttle/core_throttle_count") +
                     first_number(own / "thermal_throttle/package_throttle_count");
    return host;
}

bool is_disturbed(const Sample& run) {
    return run.others_us > kTicksUs && run.others_us > run.wall_us / kShareMax;
}

}  // namespace terrace::bench
