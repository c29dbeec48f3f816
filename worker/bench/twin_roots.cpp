#include "worker/bench/twin_roots.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "worker/bench/host_condition.hpp"
#include "worker/bench/mock_root.hpp"
#include "worker/bench/root_setup.hpp"

namespace terrace::bench {

namespace {

MockRoot::Deadline deadline_of(const ComparisonOrder& order) {
    if (order.timeout == Duration::zero()) return MockRoot::Deadline::max();
    return std::chrono::steady_clock::now() + order.timeout;
}

/// Another order of runs for each benchmark and each look.
std::uint64_t seed_of(const ComparisonContext& context, std::size_t benchmark, int pairs_done) {
    return (context.seed << 20) + (static_cast<std::uint64_t>(pairs_done) << 8) + benchmark;
}

Result<LookReport> measure_look(const ComparisonOrder& order,
                                int pairs_done,
                                int pairs,
                                const ComparisonContext& context,
                                const Twins& twins) {
    LookReport look;
    look.benchmark_digest = order.benchmark_digest;
    look.pairs_done = pairs_done;
    look.pairs = pairs;
    const std::int64_t throttled = read_host_condition(twins.cpu).throttled;
    std::int64_t rejected = 0;
    const std::vector<Benchmark>& benchmarks = order.benchmark.benchmarks;
    for (std::size_t i = 0; i < benchmarks.size(); ++i) {
        const Result<BenchmarkRuns> runs = run_benchmark(
            benchmarks[i], pairs_done, pairs, seed_of(context, i, pairs_done), context, twins);
        if (runs.has_error()) return runs.error();
        look.samples.insert(look.samples.end(), runs->samples.begin(), runs->samples.end());
        rejected += 4 * runs->rejected;
    }
    look.host = read_host_condition(twins.cpu);
    look.host.throttled -= throttled;
    look.host.runs_rejected = rejected;
    return look;
}

}  // namespace

Result<void> measure_looks(const ComparisonOrder& order,
                           const ComparisonContext& context,
                           const Twins& twins) {
    int done = order.pairs_done;
    std::optional<int> next = order.pairs_next;
    while (next && *next > done) {
        const Result<LookReport> look = measure_look(order, done, *next, context, twins);
        if (look.has_error()) return look.error();
        const Result<LookAnswer> answer = context.hand_in(*look);
        if (answer.has_error()) return answer.error();
        done = *next;
        next = answer->pairs_next;
    }
    return {};
}

Result<void> run_comparison(const ComparisonOrder& order, const ComparisonContext& context) {
    if (order.pairs_next <= order.pairs_done) return {};  // what there is suffices
    const MockRoot::Deadline deadline = deadline_of(order);
    std::filesystem::create_directories(context.work_directory);
    MockRoot baseline(context, "baseline", context.unique_ext + "-a", deadline);
    MockRoot variant(context, "variant", context.unique_ext + "-b", deadline);
    const Result<void> ready = set_up_roots(order, context, baseline, variant);
    if (ready.has_error()) return ready.error();
    return measure_looks(order, context, {baseline, variant, choose_cpu()});
}

}  // namespace terrace::bench
