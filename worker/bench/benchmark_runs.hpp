#pragma once

#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/result.hpp"
#include "worker/bench/comparison_context.hpp"
#include "worker/bench/mock_root.hpp"

namespace terrace::bench {

/// The two roots, and the CPU that all runs are pinned to.
struct Twins {
    MockRoot& baseline;
    MockRoot& variant;
    int cpu = 0;
};

/// The last CPU that this thread may use: the first ones serve most of a host's interrupts.
int choose_cpu();

struct BenchmarkRuns {
    std::vector<Sample> samples;
    int rejected = 0;  ///< blocks that were disturbed, and measured again
};

/// The pairs from `pairs_done` up to `pairs`, both even, in the blocks of a schedule, after a
/// warm-up on each side. A block that is_disturbed() is measured again, at most as often as there
/// are blocks: where the host is never quiet the noise shall show, and the look shall end. A
/// command that fails is Errc::invalid_argument, with the last lines that it prints.
Result<BenchmarkRuns> run_benchmark(const Benchmark& benchmark,
                                    int pairs_done,
                                    int pairs,
                                    std::uint64_t seed,
                                    const ComparisonContext& context,
                                    const Twins& twins);

}  // namespace terrace::bench
