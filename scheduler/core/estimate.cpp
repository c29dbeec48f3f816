#include "scheduler/core/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/vocab/check.hpp"

namespace terrace::core {
namespace {

constexpr double kWeightOfAge = 0.7;
/// The coefficient of variation of the durations of one package's builds, as measured.
constexpr double kDurationVariation = 0.49;
/// The 90 % quantile of the normal distribution.
constexpr double kNormal90 = 1.2815515655446004;
/// How many samples the measured variation is worth against a package's own.
constexpr double kPriorSamples = 3;
constexpr double kResourceQuantile = 0.95;
constexpr double kResourceMargin = 1.2;

struct WeightedSample {
    std::int64_t value = 0;
    double weight = 0;
};

void put_newest(std::vector<std::int64_t>& samples, std::int64_t value) {
    if (value <= 0) return;
    samples.insert(samples.begin(), value);
    if (samples.size() > kSamplesMax) samples.resize(kSamplesMax);
}

double effective_count(std::size_t samples) {
    double sum = 0;
    double squares = 0;
    double weight = 1;
    for (std::size_t age = 0; age < samples; ++age) {
        sum += weight;
        squares += weight * weight;
        weight *= kWeightOfAge;
    }
    return sum * sum / squares;
}

/// Half the width of the range, in logs, of a package whose own quantile is `observed` away from
/// its median.
double half_width(double observed, double count) {
    const double usual =
        kNormal90 * std::sqrt(std::log(1 + kDurationVariation * kDurationVariation));
    const double own = count - 1;  // one sample shows no spread
    return std::sqrt(1 + 1 / count) * (own * (1 + 1 / count) * observed + kPriorSamples * usual) /
           (own + kPriorSamples);
}

std::int64_t resource_of(std::span<const std::int64_t> newest_first, std::int64_t unknown) {
    if (newest_first.empty()) return unknown;
    const double bytes = weighted_quantile(newest_first, kResourceQuantile) * kResourceMargin;
    return static_cast<std::int64_t>(std::ceil(bytes));
}

}  // namespace

BuildHistory remember(BuildHistory history,
                      std::int64_t wall_ms,
                      std::int64_t memory_peak_bytes,
                      std::int64_t disk_bytes) {
    put_newest(history.wall_ms, wall_ms);
    put_newest(history.memory_peak_bytes, memory_peak_bytes);
    put_newest(history.disk_bytes, disk_bytes);
    return history;
}

double weighted_quantile(std::span<const std::int64_t> newest_first, double q) {
    TERRACE_CHECK(!newest_first.empty() && q >= 0 && q <= 1);
    std::vector<WeightedSample> samples;
    double total = 0;
    double weight = 1;
    for (const std::int64_t value : newest_first) {
        samples.push_back({value, weight});
        total += weight;
        weight *= kWeightOfAge;
    }
    std::ranges::sort(samples, [](const WeightedSample& a, const WeightedSample& b) {
        return a.value != b.value ? a.value < b.value : a.weight > b.weight;
    });

    double below = 0;
    double previous_p = 0;
    auto previous_value = static_cast<double>(samples.front().value);
    for (const WeightedSample& sample : samples) {
        const double p = (below + sample.weight / 2) / total;
        const auto value = static_cast<double>(sample.value);
        if (q <= p) {
            const double part = (q - previous_p) / (p - previous_p);
            return previous_value + part * (value - previous_value);
        }
        below += sample.weight;
        previous_p = p;
        previous_value = value;
    }
    return previous_value;
}

Estimate estimate_of(const BuildHistory* history, const EstimateDefaults& defaults) {
    static const BuildHistory kNothing;
    const BuildHistory& known = history != nullptr ? *history : kNothing;
    Estimate estimate{.seconds = defaults.unknown_seconds,
                      .seconds_low = defaults.unknown_seconds_low,
                      .seconds_high = defaults.unknown_seconds_high,
                      .memory_bytes = resource_of(known.memory_peak_bytes, defaults.memory_bytes),
                      .disk_bytes = resource_of(known.disk_bytes, defaults.disk_bytes),
                      .known = !known.wall_ms.empty(),
                      .basis = "never built here: configured default"};
    if (!estimate.known) return estimate;

    const std::size_t builds = known.wall_ms.size();
    const double count = effective_count(builds);
    const double median = std::max(weighted_quantile(known.wall_ms, 0.5), 1.0);
    const double q10 = std::max(weighted_quantile(known.wall_ms, 0.1), 1.0);
    const double q90 = std::max(weighted_quantile(known.wall_ms, 0.9), median);
    estimate.seconds = median / 1000;
    estimate.seconds_low = estimate.seconds / std::exp(half_width(std::log(median / q10), count));
    estimate.seconds_high = estimate.seconds * std::exp(half_width(std::log(q90 / median), count));
    estimate.basis = "median of " + std::to_string(builds) + (builds == 1 ? " build" : " builds");
    return estimate;
}

}  // namespace terrace::core
