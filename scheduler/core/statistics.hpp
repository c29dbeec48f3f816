#pragma once

#include <cstdint>
#include <vector>

namespace terrace::core {

/// Mean of log ratios with its 95 % confidence interval, and how they spread.
struct LogRatioEstimate {
    double mean = 0;
    double low = 0;
    double high = 0;
    double deviation = 0;  ///< sample standard deviation
};

/// A bootstrap interval of the mean: each of `values` is one independent unit (an ABBA quadruple,
/// so that a linear drift of the host cancels inside it). The percentile interval of 4,000
/// resamples is widened to what Student's t would give, since resampling few units is too narrow:
/// the "expanded percentile" interval of T. Hesterberg, What Teachers Should Know About the
/// Bootstrap, The American Statistician 69(4), 2015, section 5. Deterministic: the resampling is
/// seeded by the number of values.
/// @pre at least two values
LogRatioEstimate estimate_log_ratio(const std::vector<double>& values);

/// The 97.5 % quantile of Student's t (Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5; its
/// error is below 0.01 from 4 degrees of freedom on, and on the wide side for fewer).
double student_t_975(int degrees_of_freedom);

}  // namespace terrace::core
