#pragma once

#include <cstddef>
#include <span>

namespace terrace::core {

struct ChangePoint {
    std::size_t first_after = 0;  ///< index of the first value after the likeliest change
    double statistic = 0;         ///< K, the largest |U|
    double p = 1;                 ///< of no change at all
};

/// Has the level of a series changed once, somewhere? The rank test of A. N. Pettitt, A
/// Non-parametric Approach to the Change-point Problem, Applied Statistics 28, 1979, with its
/// approximation p = 2 exp(-6 K^2 / (n^3 + n^2)), at most 1, which is good for small p: no
/// outlier can feign a change. Takes n^2 steps.
ChangePoint pettitt_test(std::span<const double> values);

}  // namespace terrace::core
