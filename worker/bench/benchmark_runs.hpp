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

/// One discarded run on each side, then the blocks of the schedule. A command that fails is
/// Errc::invalid_argument, with the last lines that it prints.
Result<std::vector<Sample>> run_benchmark(const Benchmark& benchmark,
                                          int quadruples,
                                          std::uint64_t seed,
                                          const ComparisonContext& context,
                                          const Twins& twins);

}  // namespace terrace::bench
