#include "tests/sim/app/noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace terrace::sim {
namespace {

/// Box and Muller's; the second value is not used, so that a draw always takes the same numbers.
double draw_normal(Draw& draw) {
    const double radius = std::sqrt(-2 * std::log(draw.unit()));
    return radius * std::cos(2 * std::numbers::pi * draw.unit());
}

}  // namespace

double draw_noise(Draw& draw) {
    const double variance = std::log(1 + kNoiseVariation * kNoiseVariation);
    const double body = std::exp(std::sqrt(variance) * draw_normal(draw) - variance / 2);
    const bool in_tail = draw.unit() < kTailShare;
    const double tail = std::min(kTailMax, std::pow(draw.unit(), -1 / kTailAlpha));
    return in_tail ? body * tail : body;
}

}  // namespace terrace::sim
