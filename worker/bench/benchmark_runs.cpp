#include "worker/bench/benchmark_runs.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <cerrno>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>

#include "worker/bench/measurement.hpp"
#include "worker/bench/root_scripts.hpp"
#include "worker/bench/schedule.hpp"

namespace terrace::bench {

namespace {

constexpr std::size_t kLinesInErrors = 12;

std::string measure_command(const Benchmark& benchmark,
                            int cpu,
                            int padding_bytes,
                            bool show_output) {
    std::vector<std::string> words = {fmt::format("{}/{}", kToolDirectory, kMeasureFile),
                                      "--directory",
                                      kBenchDirectory,
                                      "--repeat",
                                      "1",
                                      "--cpu",
                                      std::to_string(cpu),
                                      "--padding",
                                      std::to_string(padding_bytes)};
    if (show_output) words.emplace_back("--show-output");
    words.insert(words.end(), {"--", "/bin/bash", "-c", benchmark.command});
    return command_line(words);
}

/// Runs it once more, to see what it has to say.
Error failure_of(const Benchmark& benchmark, int exit_code, MockRoot& root, int cpu) {
    const Result<std::string> output =
        root.run(fmt::format("echo {}; {} 2>&1 | tail -c 4000", kOutputMarker,
                             measure_command(benchmark, cpu, 0, true)));
    if (output.has_error()) return output.error();
    return Error{Errc::invalid_argument,
                 fmt::format("The benchmark {} failed in the {}'s root with exit code {}: {}",
                             benchmark.name, root.side(), exit_code,
                             last_lines(shown_output(*output), kLinesInErrors))};
}

Result<Measurement> measure(const Benchmark& benchmark,
                            int padding_bytes,
                            MockRoot& root,
                            int cpu) {
    const Result<std::string> output =
        root.run(measure_command(benchmark, cpu, padding_bytes, false));
    if (output.has_error()) return output.error();
    const std::optional<Measurement> measurement = find_measurement(*output);
    if (!measurement) {
        return Error{Errc::unavailable,
                     fmt::format("Nothing was measured in the {}'s root: {}", root.side(),
                                 last_lines(*output, kLinesInErrors))};
    }
    if (measurement->exit_code != 0)
        return failure_of(benchmark, measurement->exit_code, root, cpu);
    return *measurement;
}

/// How many times faster the variant is so far, by user time: the geometric mean over all runs. The
/// log's readers want a number; what it means is decided elsewhere.
double ratio_of(const std::vector<Sample>& samples) {
    double log_ratio = 0;
    std::size_t pairs = 0;
    for (const Sample& sample : samples) {
        if (sample.user_us <= 0) return 1;
        const double log_time = std::log(static_cast<double>(sample.user_us));
        log_ratio += sample.variant ? -log_time : log_time;
        if (sample.variant) ++pairs;
    }
    return pairs == 0 ? 1 : std::exp(log_ratio / static_cast<double>(pairs));
}

}  // namespace

int choose_cpu() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
    }
    int cpu = CPU_SETSIZE - 1;
    while (cpu > 0 && !CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) --cpu;
    return cpu;
}

Result<std::vector<Sample>> run_benchmark(const Benchmark& benchmark,
                                          int quadruples,
                                          std::uint64_t seed,
                                          const ComparisonContext& context,
                                          const Twins& twins) {
    for (MockRoot* root : {&twins.baseline, &twins.variant}) {
        const Result<Measurement> warm_up = measure(benchmark, 0, *root, twins.cpu);
        if (warm_up.has_error()) return warm_up.error();
    }
    std::vector<Sample> samples;
    int blocks_done = 0;
    for (const Block& block : make_schedule(quadruples, seed)) {
        for (const ScheduledRun& run : block.runs) {
            MockRoot& root = run.variant ? twins.variant : twins.baseline;
            const Result<Measurement> result =
                measure(benchmark, block.padding_bytes, root, twins.cpu);
            if (result.has_error()) return result.error();
            samples.push_back({benchmark.name, run.pair, run.variant, result->wall_us,
                               result->user_us, result->system_us, result->memory_peak_bytes});
        }
        context.log(fmt::format("benchmark {}: {} of {} quadruples, ratio so far {:.3f}",
                                benchmark.name, ++blocks_done, quadruples, ratio_of(samples)));
    }
    return samples;
}

}  // namespace terrace::bench
