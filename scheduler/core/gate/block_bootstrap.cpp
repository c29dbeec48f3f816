#include "scheduler/core/gate/block_bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/moments.hpp"
#include "scheduler/core/gate/split_mix.hpp"

namespace terrace::core {
namespace {

constexpr double kTail = 0.025;

/// The quantile at `share` of ascending replicates.
double interpolated(std::span<const double> replicates, double share) {
    const auto slots = static_cast<double>(replicates.size() + 1);
    const double rank = slots * share;
    const auto below = static_cast<std::size_t>(rank);
    if (below == 0) return replicates.front();
    if (below >= replicates.size()) return replicates.back();
    const double low = normal_quantile(static_cast<double>(below) / slots);
    const double high = normal_quantile(static_cast<double>(below + 1) / slots);
    const double part = (normal_quantile(share) - low) / (high - low);
    return replicates[below - 1] + part * (replicates[below] - replicates[below - 1]);
}

/// a of Efron 1987, equation 6.6.
double acceleration(std::span<const double> influence) {
    double squares = 0;
    double cubes = 0;
    for (const double value : influence) {
        squares += value * value;
        cubes += value * value * value;
    }
    TERRACE_CHECK(squares > 0);
    return cubes / (6 * std::pow(squares, 1.5));
}

std::vector<double> resampled_means(std::span<const double> values,
                                    std::uint64_t seed,
                                    int resamples) {
    SplitMix random(seed);
    std::vector<double> means;
    means.reserve(static_cast<std::size_t>(resamples));
    for (int i = 0; i < resamples; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < values.size(); ++j) sum += values[random.below(values.size())];
        means.push_back(sum / static_cast<double>(values.size()));
    }
    return means;
}

}  // namespace

ConfidenceInterval bca_interval(double estimate,
                                std::span<const double> replicates,
                                std::span<const double> influence,
                                double tail) {
    const auto count = static_cast<double>(replicates.size());
    const auto below =
        static_cast<double>(std::ranges::lower_bound(replicates, estimate) - replicates.begin());
    const double bias = normal_quantile(std::clamp(below / count, 0.5 / count, 1 - 0.5 / count));
    const double a = acceleration(influence);
    const auto share = [&](double z) {
        return normal_cdf(bias + (bias + z) / (1 - a * (bias + z)));
    };
    const double z = normal_upper_quantile(tail);
    return {interpolated(replicates, share(-z)), interpolated(replicates, share(z))};
}

std::vector<double> jackknife_influence(std::span<const double> values) {
    const double mean = moments_of(values).mean;
    std::vector<double> influence;
    influence.reserve(values.size());
    // The mean without one value is mean - (value - mean) / (n - 1).
    for (const double value : values) influence.push_back(value - mean);
    return influence;
}

ConfidenceInterval block_bootstrap_interval(std::span<const double> blocks,
                                            std::uint64_t seed,
                                            int resamples) {
    const Moments moments = moments_of(blocks);
    // Equal but for rounding: there is nothing to resample.
    if (moments.deviation <= 1e-12 * (1 + std::abs(moments.mean))) {
        return {moments.mean, moments.mean};
    }
    std::vector<double> means = resampled_means(blocks, seed, resamples);
    std::ranges::sort(means);
    const double widen =
        std::sqrt(static_cast<double>(moments.count) / moments.degrees_of_freedom());
    const double tail =
        normal_upper(widen * student_upper_quantile(kTail, moments.degrees_of_freedom()));
    return bca_interval(moments.mean, means, jackknife_influence(blocks), tail);
}

}  // namespace terrace::core
