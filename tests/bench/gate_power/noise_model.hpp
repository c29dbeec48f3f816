#pragma once

#include <string>
#include <vector>

#include "scheduler/core/gate/split_mix.hpp"
#include "tests/bench/gate_power/noise_series.hpp"

namespace terrace::bench {

/// The noise of a run's log time: what is fresh with each run, on a level that drifts. In units of
/// the deviation of the fresh part; docs/gate.md says how it compares with what was recorded.
struct NoiseModel {
    double tail_degrees = 8;           ///< of Student's t that the fresh part follows
    double disturbed_share = 1.0 / 9;  ///< of series that have outliers at all, and there ...
    double outlier_share = 0.02;       ///< ... of runs that something disturbed ...
    double outlier_mean = 6;       ///< ... and that took so much longer, exponentially distributed
    double level_deviation = 0.7;  ///< of the slowly wandering part (autoregressive)
    double level_memory = 0.93;    ///< its correlation from one run to the next
    double step_share = 0.01;      ///< of runs before which the level jumps for good ...
    double step_deviation = 1;     ///< ... by so much
    double trend_max = 2;          ///< over 320 runs, uniformly distributed around 0
};

/// One run after another of a measurement without any difference between its sides. Log times are
/// such that the log ratios of pairs have a deviation of 1.
NoiseSeries model_series(const NoiseModel& model, core::SplitMix& random, int blocks);

/// Makes blocks for experiments: log ratios whose pairs have a deviation of 1 and whose true mean
/// is 0.
class NoiseSource {
public:
    /// By the model.
    explicit NoiseSource(NoiseModel model) : model_(model) {}
    /// By what was recorded: stretches of consecutive blocks of one series, each series scaled to
    /// the same pair deviation.
    explicit NoiseSource(const std::vector<NoiseSeries>& recorded);

    std::vector<double> blocks(core::SplitMix& random, int count) const;

private:
    NoiseModel model_;
    std::vector<std::vector<double>> recorded_;  ///< log ratios; empty: the model's
};

}  // namespace terrace::bench
