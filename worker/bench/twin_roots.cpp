#include "worker/bench/twin_roots.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "worker/bench/benchmark_runs.hpp"
#include "worker/bench/mock_root.hpp"
#include "worker/bench/root_setup.hpp"

namespace terrace::bench {

namespace {

MockRoot::Deadline deadline_of(const ComparisonOrder& order) {
    if (order.timeout == Duration::zero()) return MockRoot::Deadline::max();
    return std::chrono::steady_clock::now() + order.timeout;
}

Result<std::vector<Sample>> run_benchmarks(const ComparisonOrder& order,
                                           const ComparisonContext& context,
                                           const Twins& twins) {
    std::vector<Sample> samples;
    std::uint64_t seed = context.seed;
    for (const Benchmark& benchmark : order.benchmark.benchmarks) {
        const Result<std::vector<Sample>> measured =
            run_benchmark(benchmark, order.quadruples, seed++, context, twins);
        if (measured.has_error()) return measured.error();
        samples.insert(samples.end(), measured->begin(), measured->end());
    }
    return samples;
}

}  // namespace

Result<std::vector<Sample>> run_comparison(const ComparisonOrder& order,
                                           const ComparisonContext& context) {
    const MockRoot::Deadline deadline = deadline_of(order);
    std::filesystem::create_directories(context.work_directory);
    MockRoot baseline(context, "baseline", context.unique_ext + "-a", deadline);
    MockRoot variant(context, "variant", context.unique_ext + "-b", deadline);
    const Result<void> ready = set_up_roots(order, context, baseline, variant);
    if (ready.has_error()) return ready.error();
    return run_benchmarks(order, context, {baseline, variant, choose_cpu()});
}

}  // namespace terrace::bench
