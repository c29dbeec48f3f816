#include "tests/bench/gate_power/noise_model.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/moments.hpp"

namespace terrace::bench {
namespace {

constexpr int kStretch = 4;  // blocks; what depends on each other is not further apart

double normal(core::SplitMix& random) {
    return std::sqrt(-2 * std::log(random.unit())) * std::cos(2 * std::numbers::pi * random.unit());
}

/// R. W. Bailey, Polar Generation of Random Variates with the t-Distribution, Mathematics of
/// Computation 62, 1994; scaled to a deviation of 1.
double student(core::SplitMix& random, double degrees) {
    const double radius = std::sqrt(degrees * (std::pow(random.unit(), -2 / degrees) - 1));
    return radius * std::cos(2 * std::numbers::pi * random.unit()) *
           std::sqrt((degrees - 2) / degrees);
}

/// The variance of a pair's log ratio, by what the model's parts add up to.
double pair_variance(const NoiseModel& m, double outlier_share) {
    const double outliers = outlier_share * 2 * m.outlier_mean * m.outlier_mean -
                            std::pow(outlier_share * m.outlier_mean, 2);
    const double wandering = 2 * m.level_deviation * m.level_deviation * (1 - m.level_memory);
    const double steps = m.step_share * m.step_deviation * m.step_deviation;
    const double trend = std::pow(m.trend_max / 320, 2) / 3;
    return 2 * (1 + outliers) + wandering + steps + trend;
}

}  // namespace

NoiseSeries model_series(const NoiseModel& model, core::SplitMix& random, int blocks) {
    const double outlier_share = random.unit() < model.disturbed_share ? model.outlier_share : 0;
    const double scale = 1 / std::sqrt(pair_variance(model, outlier_share));
    const double trend = model.trend_max / 320 * (2 * random.unit() - 1);
    const double shock = model.level_deviation * std::sqrt(1 - std::pow(model.level_memory, 2));
    double level = model.level_deviation * normal(random);
    double base = 0;
    NoiseSeries series{.name = "model", .blocks = {}};
    for (int i = 0; i < blocks; ++i) {
        NoiseBlock block{.variant_first = random.below(2) == 1};
        for (double& log_time : block.log_times) {
            level = model.level_memory * level + shock * normal(random);
            base += trend;
            if (random.unit() < model.step_share) base += model.step_deviation * normal(random);
            double fresh = student(random, model.tail_degrees);
            if (random.unit() < outlier_share)
                fresh -= model.outlier_mean * std::log(random.unit());
            log_time = scale * (base + level + fresh);
        }
        series.blocks.push_back(block);
    }
    return series;
}

NoiseSource::NoiseSource(const std::vector<NoiseSeries>& recorded) {
    TERRACE_CHECK(!recorded.empty());
    for (const NoiseSeries& series : recorded) {
        std::vector<double> ratios;
        for (const NoiseBlock& block : series.blocks) ratios.push_back(block.log_ratio());
        const double mean = core::moments_of(ratios).mean;
        const double scale = 1 / shape_of(series).pair_deviation;
        for (double& ratio : ratios) ratio = (ratio - mean) * scale;
        recorded_.push_back(std::move(ratios));
    }
}

std::vector<double> NoiseSource::blocks(core::SplitMix& random, int count) const {
    std::vector<double> ratios;
    if (recorded_.empty()) {
        for (const NoiseBlock& block : model_series(model_, random, count).blocks)
            ratios.push_back(block.log_ratio());
        return ratios;
    }
    const std::vector<double>& series = recorded_[random.below(recorded_.size())];
    while (ratios.size() < static_cast<std::size_t>(count)) {
        const std::size_t start = random.below(series.size());
        const double sign = random.below(2) == 0 ? 1 : -1;  // which side is called the variant
        for (std::size_t i = 0; i < kStretch; ++i)
            ratios.push_back(sign * series[(start + i) % series.size()]);
    }
    ratios.resize(static_cast<std::size_t>(count));
    return ratios;
}

}  // namespace terrace::bench
