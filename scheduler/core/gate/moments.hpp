#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace terrace::core {

/// The mean of log ratios of blocks, and how they spread.
struct Moments {
    std::size_t count = 0;
    double mean = 0;
    double deviation = 0;  ///< sample standard deviation

    double standard_error() const { return deviation / std::sqrt(static_cast<double>(count)); }
    double degrees_of_freedom() const { return static_cast<double>(count) - 1; }
};

/// @pre at least two values
Moments moments_of(std::span<const double> values);

}  // namespace terrace::core
