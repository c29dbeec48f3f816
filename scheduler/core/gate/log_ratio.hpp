#pragma once

#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"

namespace terrace::core {

/// ln(baseline / variant) of CPU time (cpu_us()) for each whole ABBA or BAAB block of one
/// benchmark, in the order measured: the mean of the block's two pairs. Above 0: the variant is
/// faster.
///
/// A ratio and not a difference, as benchmarks differ in length; its logarithm, as it is then
/// symmetric and means can be formed (P. J. Fleming, J. J. Wallace, How Not to Lie with Statistics,
/// CACM 29(3), 1986). A block, since in ABBA order the sum of the A positions equals that of the B
/// positions, so that whatever drifts linearly cancels: the unit of all that follows.
///
/// Samples without their partner, pairs without their block, and times of 0 are left out.
std::vector<double> block_log_ratios(const std::string& benchmark,
                                     const std::vector<Sample>& samples);

}  // namespace terrace::core
