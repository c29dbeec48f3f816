#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace terrace::core {

struct ConfidenceInterval {
    double low = 0;
    double high = 0;
    friend bool operator==(const ConfidenceInterval&, const ConfidenceInterval&) = default;
};

/// The bias-corrected and accelerated percentile interval of B. Efron, Better Bootstrap Confidence
/// Intervals, JASA 82, 1987, from bootstrap replicates of an estimate and the jackknife's influence
/// values; `tail` is the nominal error on each side. Between order statistics it is interpolated on
/// the normal scale (A. C. Davison, D. V. Hinkley, Bootstrap Methods and their Application, 1997,
/// equation 5.8), so that it equals boot.ci(type = "bca") of R's boot package.
/// @pre replicates ascend and are not empty; some influence is not 0
ConfidenceInterval bca_interval(double estimate,
                                std::span<const double> replicates,
                                std::span<const double> influence,
                                double tail);

/// What leaving out each value changes in the mean: (n - 1) (mean - mean without it).
std::vector<double> jackknife_influence(std::span<const double> values);

/// The 95 % interval of the mean by resampling blocks: each of `blocks` is one independent unit.
/// BCa at the level that gives a normal sample's Student interval, since percentiles of few
/// resampled units are too narrow (T. Hesterberg, What Teachers Should Know About the Bootstrap,
/// The American Statistician 69(4), 2015, section 5). Deterministic: the same blocks and the same
/// seed give the same interval. @pre at least two blocks
ConfidenceInterval block_bootstrap_interval(std::span<const double> blocks,
                                            std::uint64_t seed,
                                            int resamples = 2000);

}  // namespace terrace::core
