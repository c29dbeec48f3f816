#include "worker/bench/benchmark_runs.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "common/vocab/cpu_time.hpp"
#include "worker/bench/host_condition.hpp"
#include "worker/bench/measurement.hpp"
#include "worker/bench/root_scripts.hpp"
#include "worker/bench/schedule.hpp"

namespace terrace::bench {

namespace {

constexpr std::size_t kLinesInErrors = 12;
constexpr int kWarmRunsMax = 4;
constexpr double kWarmSpread = 0.05;

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

/// What comes before the measured command, outside of what is measured.
enum class Before { nothing, files_moved };

Result<Measurement> measure(const Benchmark& benchmark,
                            int padding_bytes,
                            MockRoot& root,
                            int cpu,
                            Before before = Before::nothing) {
    std::string command = measure_command(benchmark, cpu, padding_bytes, false);
    if (before == Before::files_moved)
        command = fmt::format("/bin/bash {}/{} && {}", kToolDirectory, kMoveFile, command);
    const Result<std::string> output = root.run(command);
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

/// How many times faster the variant is so far, by CPU time: the geometric mean over all runs. The
/// log's readers want a number; what it means is decided elsewhere.
double ratio_of(const std::vector<Sample>& samples) {
    double log_ratio = 0;
    std::size_t pairs = 0;
    for (const Sample& sample : samples) {
        if (cpu_us(sample) <= 0) return 1;
        const double log_time = std::log(static_cast<double>(cpu_us(sample)));
        log_ratio += sample.variant ? -log_time : log_time;
        if (sample.variant) ++pairs;
    }
    return pairs == 0 ? 1 : std::exp(log_ratio / static_cast<double>(pairs));
}

/// Runs until two in a row take the same time within kWarmSpread, by CPU time: the first ones load
/// what the later ones find in caches, and move the CPU to its speed. Nothing of it counts.
Result<void> warm_up(const Benchmark& benchmark,
                     MockRoot& root,
                     const ComparisonContext& context,
                     int cpu) {
    std::int64_t before_us = 0;
    for (int run = 1; run <= kWarmRunsMax; ++run) {
        const Result<Measurement> result = measure(benchmark, 0, root, cpu);
        if (result.has_error()) return result.error();
        const std::int64_t now_us = result->user_us + result->system_us;
        const double change = std::abs(static_cast<double>(now_us - before_us));
        if (run > 1 && change <= kWarmSpread * static_cast<double>(before_us)) return {};
        before_us = now_us;
    }
    context.log(fmt::format("benchmark {}: its time in the {}'s root still moves after {} runs",
                            benchmark.name, root.side(), kWarmRunsMax));
    return {};
}

struct MeasuredBlock {
    std::vector<Sample> samples;
    bool disturbed = false;
};

Result<MeasuredBlock> run_block(const Benchmark& benchmark,
                                const Block& block,
                                const Twins& twins) {
    MeasuredBlock measured;
    const std::int64_t throttled = read_host_condition(twins.cpu).throttled;
    std::set<const MockRoot*> moved;  // each block has places in memory of its own
    for (const ScheduledRun& run : block.runs) {
        MockRoot& root = run.variant ? twins.variant : twins.baseline;
        const Before before = moved.insert(&root).second ? Before::files_moved : Before::nothing;
        const Result<Measurement> result =
            measure(benchmark, block.padding_bytes, root, twins.cpu, before);
        if (result.has_error()) return result.error();
        measured.samples.push_back({.benchmark = benchmark.name,
                                    .pair = run.pair,
                                    .variant = run.variant,
                                    .wall_us = result->wall_us,
                                    .user_us = result->user_us,
                                    .system_us = result->system_us,
                                    .memory_peak_bytes = result->memory_peak_bytes,
                                    .others_us = result->others_us});
        measured.disturbed |= is_disturbed(measured.samples.back());
    }
    measured.disturbed |= read_host_condition(twins.cpu).throttled != throttled;
    return measured;
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

Result<BenchmarkRuns> run_benchmark(const Benchmark& benchmark,
                                    int pairs_done,
                                    int pairs,
                                    std::uint64_t seed,
                                    const ComparisonContext& context,
                                    const Twins& twins) {
    for (MockRoot* root : {&twins.baseline, &twins.variant}) {
        const Result<void> warm = warm_up(benchmark, *root, context, twins.cpu);
        if (warm.has_error()) return warm.error();
    }
    BenchmarkRuns runs;
    const std::vector<Block> schedule = make_schedule((pairs - pairs_done) / 2, pairs_done, seed);
    std::size_t rejections_left = schedule.size();
    for (std::size_t next = 0; next < schedule.size();) {
        const Result<MeasuredBlock> block = run_block(benchmark, schedule[next], twins);
        if (block.has_error()) return block.error();
        if (block->disturbed && rejections_left > 0) {
            --rejections_left;
            ++runs.rejected;
            context.log(fmt::format("benchmark {}: a block was disturbed and is measured again",
                                    benchmark.name));
            continue;
        }
        runs.samples.insert(runs.samples.end(), block->samples.begin(), block->samples.end());
        ++next;
        context.log(fmt::format("benchmark {}: {} of {} pairs, ratio of the last {} so far {:.3f}",
                                benchmark.name, pairs_done + 2 * static_cast<int>(next), pairs,
                                2 * next, ratio_of(runs.samples)));
    }
    return runs;
}

}  // namespace terrace::bench
