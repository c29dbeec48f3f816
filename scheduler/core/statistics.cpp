#include "scheduler/core/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "common/vocab/check.hpp"

namespace terrace::core {
namespace {

constexpr double kNormal975 = 1.959963984540054;
constexpr int kResamples = 4000;

/// SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014): small, portable, the same numbers
/// everywhere.
class SplitMix {
public:
    explicit SplitMix(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

private:
    std::uint64_t state_;
};

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

}  // namespace

double student_t_975(int degrees_of_freedom) {
    TERRACE_CHECK(degrees_of_freedom >= 1);
    constexpr std::array kExact = {12.706204736, 4.302652730, 3.182446305};
    if (degrees_of_freedom <= static_cast<int>(kExact.size())) {
        return kExact[static_cast<std::size_t>(degrees_of_freedom) - 1];
    }
    const double z = kNormal975;
    const double v = degrees_of_freedom;
    const double first = (std::pow(z, 3) + z) / 4;
    const double second = (5 * std::pow(z, 5) + 16 * std::pow(z, 3) + 3 * z) / 96;
    const double third =
        (3 * std::pow(z, 7) + 19 * std::pow(z, 5) + 17 * std::pow(z, 3) - 15 * z) / 384;
    return z + first / v + second / (v * v) + third / (v * v * v);
}

LogRatioEstimate estimate_log_ratio(const std::vector<double>& values) {
    TERRACE_CHECK(values.size() >= 2);
    const std::size_t count = values.size();
    const auto n = static_cast<double>(count);
    LogRatioEstimate estimate;
    estimate.mean = mean_of(values);
    double squares = 0;
    for (const double value : values) squares += (value - estimate.mean) * (value - estimate.mean);
    estimate.deviation = std::sqrt(squares / (n - 1));

    SplitMix random(count);
    std::vector<double> means;
    means.reserve(kResamples);
    for (int i = 0; i < kResamples; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < count; ++j) sum += values[random.below(count)];
        means.push_back(sum / n);
    }
    std::ranges::sort(means);
    const double low = means[static_cast<std::size_t>(kResamples * 0.025)];
    const double high = means[static_cast<std::size_t>(kResamples * 0.975) - 1];
    const double widen =
        std::sqrt(n / (n - 1)) * student_t_975(static_cast<int>(count) - 1) / kNormal975;
    estimate.low = estimate.mean + (low - estimate.mean) * widen;
    estimate.high = estimate.mean + (high - estimate.mean) * widen;
    return estimate;
}

}  // namespace terrace::core
