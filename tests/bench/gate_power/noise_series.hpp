#pragma once

#include <array>
#include <string>
#include <vector>

namespace terrace::bench {

/// The logarithms of a block's four times in the order measured: ABBA, or BAAB.
struct NoiseBlock {
    bool variant_first = false;
    std::array<double, 4> log_times = {};

    /// Log ratios of side A over side B: of the first two runs, of the last two, of all.
    std::array<double, 2> pairs() const;
    double log_ratio() const;
};

struct NoiseSeries {
    std::string name;
    std::vector<NoiseBlock> blocks;
};

/// What is compared of a model with what was recorded. Autocorrelations and kurtosis are those of
/// one series; where there are many, medians.
struct NoiseShape {
    double pair_deviation = 0;
    double block_over_pair = 0;  ///< deviations; 0.71 where nothing but the pairs is random
    double run_kurtosis = 0;     ///< 3 of a normal distribution
    double block_kurtosis = 0;
    std::array<double, 3> run_correlation = {};  ///< with the run 1, 4 and 16 later
    double block_correlation = 0;                ///< with the next block
};

NoiseShape shape_of(const NoiseSeries& series);
/// @pre not empty
NoiseShape median_shape(const std::vector<NoiseSeries>& series);

/// A file of tests/data/samples: a series for each program. Throws std::runtime_error.
std::vector<NoiseSeries> read_recorded(const std::string& file);

}  // namespace terrace::bench
