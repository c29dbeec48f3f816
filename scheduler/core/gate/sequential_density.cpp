#include "scheduler/core/gate/sequential_density.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/distributions.hpp"

namespace terrace::core {
namespace {

using Rule = boost::math::quadrature::gauss<double, 10>;  // Legendre's, exact to the 19th power
constexpr double kReach = 10;                             // beyond lies less than 1e-23
constexpr double kPanelMax = 0.5;

double normal_density(double z) {
    return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}

/// Calls `at(point, weight)` for the points of integration over an interval.
template <class At>
void integrate(ZInterval over, At at) {
    const auto panels = static_cast<int>(std::ceil((over.high - over.low) / kPanelMax));
    const double half = (over.high - over.low) / panels / 2;
    for (int panel = 0; panel < panels; ++panel) {
        const double middle = over.low + half * (2 * panel + 1);
        for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
            const double offset = half * Rule::abscissa()[i];
            at(middle - offset, half * Rule::weights()[i]);
            at(middle + offset, half * Rule::weights()[i]);
        }
    }
}

}  // namespace

double SequentialDensity::probability(double fraction, ZInterval z) const {
    TERRACE_CHECK(fraction > fraction_);
    if (!(z.low < z.high)) return 0;
    const auto between = [](double low, double high) {  // of a standard normal
        // By the tail that is the smaller: a difference of two numbers near 1 has no digits left.
        return low > 0 ? normal_upper(low) - normal_upper(high)
                       : normal_cdf(high) - normal_cdf(low);
    };
    if (fraction_ == 0) {
        const double mean = drift_ * std::sqrt(fraction);
        return between(z.low - mean, z.high - mean);
    }
    const double step = fraction - fraction_;
    double sum = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const double start = points_[i] * std::sqrt(fraction_) + drift_ * step;
        sum += masses_[i] * between((z.low * std::sqrt(fraction) - start) / std::sqrt(step),
                                    (z.high * std::sqrt(fraction) - start) / std::sqrt(step));
    }
    return sum;
}

double SequentialDensity::density(double fraction, double z) const {
    if (fraction_ == 0) return normal_density(z - drift_ * std::sqrt(fraction));
    const double step = fraction - fraction_;
    double sum = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const double start = points_[i] * std::sqrt(fraction_) + drift_ * step;
        sum += masses_[i] * normal_density((z * std::sqrt(fraction) - start) / std::sqrt(step));
    }
    return sum * std::sqrt(fraction / step);
}

void SequentialDensity::look(double fraction, std::span<const ZInterval> regions) {
    TERRACE_CHECK(fraction > fraction_);
    const double mean = drift_ * std::sqrt(fraction);
    std::vector<double> points;
    std::vector<double> masses;
    for (const ZInterval& region : regions) {
        const ZInterval over{std::max(region.low, mean - kReach),
                             std::min(region.high, mean + kReach)};
        if (!(over.low < over.high)) continue;
        integrate(over, [&](double point, double weight) {
            points.push_back(point);
            masses.push_back(weight * density(fraction, point));
        });
    }
    points_ = std::move(points);
    masses_ = std::move(masses);
    fraction_ = fraction;
}

}  // namespace terrace::core
