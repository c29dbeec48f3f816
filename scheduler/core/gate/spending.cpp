#include "scheduler/core/gate/spending.hpp"

#include <algorithm>
#include <array>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/distributions.hpp"

namespace terrace::core {
namespace {

/// The boundary that is crossed with this probability at the next look.
double boundary(const SequentialDensity& density, double fraction, double crossed) {
    // Compared as logarithms: the levels of the first looks are as small as 1e-10.
    const auto excess = [&](double z) {
        const double probability = density.probability(fraction, {.low = z});
        return std::log(std::max(probability, 1e-300)) - std::log(crossed);
    };
    std::uintmax_t steps_max = 200;
    const auto [low, high] = boost::math::tools::toms748_solve(
        excess, -kScoreMax, kScoreMax, boost::math::tools::eps_tolerance<double>(44), steps_max);
    return (low + high) / 2;
}

}  // namespace

double obrien_fleming_spent(double fraction, double alpha) {
    TERRACE_CHECK(alpha > 0 && alpha < 1 && fraction > 0 && fraction <= 1);
    return 2 * normal_upper(normal_upper_quantile(alpha / 2) / std::sqrt(fraction));
}

std::vector<double> obrien_fleming_boundaries(std::span<const double> fractions, double alpha) {
    SequentialDensity density;
    std::vector<double> boundaries;
    double spent = 0;
    for (const double fraction : fractions) {
        const double spent_by_now = obrien_fleming_spent(fraction, alpha);
        boundaries.push_back(boundary(density, fraction, spent_by_now - spent));
        spent = spent_by_now;
        density.look(fraction, std::array{ZInterval{.high = boundaries.back()}});
    }
    return boundaries;
}

StagewiseOrdering::StagewiseOrdering(std::span<const double> fractions,
                                     std::span<const double> boundaries) {
    TERRACE_CHECK(fractions.size() == boundaries.size());
    SequentialDensity density;
    double crossed = 0;
    for (std::size_t i = 0; i < fractions.size(); ++i) {
        before_.push_back({fractions[i], crossed, density});
        crossed += density.probability(fractions[i], {.low = boundaries[i]});
        density.look(fractions[i], std::array{ZInterval{.high = boundaries[i]}});
    }
}

double StagewiseOrdering::p(std::size_t look, double z) const {
    TERRACE_CHECK(look < before_.size());
    const Before& before = before_[look];
    return std::min(1.0, before.crossed + before.density.probability(before.fraction, {.low = z}));
}

}  // namespace terrace::core
