#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace terrace::bench {

/// The smallest value that at least `share` of all are not above (nearest rank).
/// @pre values is not empty, 0 < share <= 1
inline double quantile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    const double rank = std::ceil(share * static_cast<double>(values.size()));
    return values.at(static_cast<std::size_t>(std::max(rank, 1.0)) - 1);
}

/// Of an even number of values the lower one of the middle.
inline double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

}  // namespace terrace::bench
