#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/block_bootstrap.hpp"
#include "scheduler/core/gate/change_point.hpp"
#include "scheduler/core/gate/moments.hpp"
#include "scheduler/core/gate/sequential_design.hpp"

namespace terrace::core {

/// One benchmark of a comparison, with what was measured so far.
struct MeasuredBenchmark {
    std::string name;
    BenchmarkRole role = BenchmarkRole::primary;
    double loss_max = 0.01;      ///< what it may lose: its own budget, or the policy's margin
    std::vector<double> blocks;  ///< block_log_ratios(), in the order measured
};

/// The blocks that a look at so many pairs sees. @pre there are as many
std::span<const double> blocks_of(const MeasuredBenchmark& benchmark, int pairs);

/// What one look says of one benchmark. Log ratios; above 0: the variant is faster.
struct Evidence {
    Moments moments;  ///< of the blocks up to the look
    /// The repeated confidence interval of C. Jennison and B. W. Turnbull, Interim Analyses: The
    /// Repeated Confidence Interval Approach, JRSS B 51, 1989: it holds the truth at all looks at
    /// once with 95 % (by the default error), so whenever and why ever the measurement stops.
    ConfidenceInterval repeated = {};
    ChangePoint change;
    double p_gain = 1;  ///< H0: gain <= gain_min, stage-wise ordered; 1 of a guarded one

    // Each by the boundary of this look.
    bool gains = false;       ///< a primary one, by more than gain_min
    bool loses = false;       ///< more than it may
    bool not_worse = false;   ///< is shown not to lose more than it may
    bool equivalent = false;  ///< inside +-loss_max of the policy
    bool noisy = false;
    bool changed = false;  ///< its level is not the same throughout
};

/// @pre as many blocks as the look at index `look` sees
Evidence evidence_at(std::size_t look,
                     const MeasuredBenchmark& benchmark,
                     const GatePolicy& policy,
                     const SequentialDesign& design,
                     const LookBoundaries& bounds);

}  // namespace terrace::core
