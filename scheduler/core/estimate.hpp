#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace terrace::core {

/// What the last successful builds of one source package took, whatever their level: the level of
/// the instructions says little about the time of a build. Each list is newest first and holds at
/// most kSamplesMax positive values; what an attempt did not measure is in no list, so the lists
/// may differ in length.
struct BuildHistory {
    std::string release;
    std::string source;  ///< name of the source package
    std::vector<std::int64_t> wall_ms;
    std::vector<std::int64_t> memory_peak_bytes;
    std::vector<std::int64_t> disk_bytes;
    friend bool operator==(const BuildHistory&, const BuildHistory&) = default;
};
BOOST_DESCRIBE_STRUCT(BuildHistory, (), (release, source, wall_ms, memory_peak_bytes, disk_bytes))

/// With weights of 0.7^age an older sample would count for less than 6 % of the newest.
inline constexpr std::size_t kSamplesMax = 8;

/// The history with one more successful build. A value of 0 or less was not measured.
BuildHistory remember(BuildHistory history,
                      std::int64_t wall_ms,
                      std::int64_t memory_peak_bytes,
                      std::int64_t disk_bytes);

/// The q-quantile of samples whose weight falls with age: the newest weighs 1, the one before it
/// 0.7, then 0.7^2 and so on. Sorted by value (equal ones newest first), sample k of weight w[k]
/// stands at p[k] = (w[0] + ... + w[k-1] + w[k] / 2) / (sum of all w). Between two p the quantile
/// is interpolated linearly; below the first p it is the least value, above the last the greatest.
/// With equal weights this is definition 5 of R. Hyndman, Y. Fan, Sample quantiles in statistical
/// packages, The American Statistician 50(4), 1996.
/// @pre at least one sample; 0 <= q <= 1
double weighted_quantile(std::span<const std::int64_t> newest_first, double q);

/// What is assumed of a package that has never been built here (configuration).
struct EstimateDefaults {
    double unknown_seconds = 1800;
    double unknown_seconds_low = 60;
    double unknown_seconds_high = 14400;
    std::int64_t memory_bytes = std::int64_t{2} << 30;
    std::int64_t disk_bytes = std::int64_t{8} << 30;
    friend bool operator==(const EstimateDefaults&, const EstimateDefaults&) = default;
};
BOOST_DESCRIBE_STRUCT(
    EstimateDefaults,
    (),
    (unknown_seconds, unknown_seconds_low, unknown_seconds_high, memory_bytes, disk_bytes))

/// What the next build of a source package is expected to take. Four of five builds should end
/// between seconds_low and seconds_high.
struct Estimate {
    double seconds = 0;
    double seconds_low = 0;
    double seconds_high = 0;
    std::int64_t memory_bytes = 0;
    std::int64_t disk_bytes = 0;
    bool known = false;  ///< learned from builds, at least the time
    std::string basis;   ///< where it comes from, in a few words: "median of 5 builds"
    friend bool operator==(const Estimate&, const Estimate&) = default;
};
BOOST_DESCRIBE_STRUCT(Estimate,
                      (),
                      (seconds, seconds_low, seconds_high, memory_bytes, disk_bytes, known, basis))

/// `seconds` is the weighted median m. The range is [m / exp(d), m * exp(u)] with
///
///     d = sqrt(1 + 1/n) * ((n - 1) * (1 + 1/n) * ln(m / q10) + 3 * s) / (n - 1 + 3)
///
/// and u likewise with ln(q90 / m), where n = (sum of weights)^2 / (sum of squared weights) is the
/// effective number of samples (L. Kish, Survey Sampling, 1965) and s = 1.2816 * sqrt(ln(1 +
/// 0.49^2)) = 0.595 is the distance from the median to the 90 % quantile, in logs, of a log-normal
/// time with the coefficient of variation 0.49 that builds of one package had in measurements. The
/// root is what the error of m adds to the error of a prediction; 1 + 1/n makes up for quantiles of
/// few samples being too near to the median; the usual spread s counts as 3 samples. So one sample,
/// which says nothing about spread, gives m / 2.3 to m * 2.3, and with more of them the package's
/// own quantiles take over. Of packages that vary as usual the range holds 76 % (two samples) to
/// 80 % of the builds to come; of steadier ones more, of wilder ones fewer.
///
/// Memory and disk are the 95 % quantile times 1.2, rounded up. What was never measured is the
/// default. `history` may be null.
Estimate estimate_of(const BuildHistory* history, const EstimateDefaults& defaults);

}  // namespace terrace::core
