#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <vector>

#include "scheduler/core/gate/spending.hpp"

namespace terrace::core {

/// When a comparison is looked at, and how often each kind of wrong answer may come.
struct SequentialDesign {
    std::vector<int> looks = {10, 20, 40, 80};  ///< pairs; two make a block
    double error = 0.025;             ///< one-sided: of promote, of regress, of not being worse
    double equivalence_error = 0.05;  ///< of each of the two one-sided tests
    double drift_error = 0.001;       ///< at each look, of taking a steady run for one that changed
    friend bool operator==(const SequentialDesign&, const SequentialDesign&) = default;
};
BOOST_DESCRIBE_STRUCT(SequentialDesign, (), (looks, error, equivalence_error, drift_error))

/// What the score of each look is compared with.
struct LookBoundaries {
    std::vector<double> fractions;    ///< of the information, which is that of the pairs
    std::vector<double> gain;         ///< at error / number of primary benchmarks
    std::vector<double> any;          ///< at error: a loss, non-inferiority, the interval
    std::vector<double> equivalence;  ///< at equivalence_error
    StagewiseOrdering gain_order;     ///< by the boundaries of gain
};

/// The gain's error is shared by the primary benchmarks, since any of them can promote: what a
/// first rejection needs under Holm. @pre looks are even, ascend and are at least 4
LookBoundaries look_boundaries(const SequentialDesign& design, int primaries);

}  // namespace terrace::core
