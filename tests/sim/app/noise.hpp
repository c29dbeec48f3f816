#pragma once

#include "tests/sim/app/draw.hpp"

namespace terrace::sim {

/// How one build's true time differs from its estimate, as a factor.
///
/// Body: log-normal with mean 1 and a coefficient of variation of 0.49, which is how much repeated
/// builds of one package differ. Tail: one build in a hundred is drawn out by a Pareto factor
/// besides (alpha 1.5, from 1, at most 10): the test that hangs, the host that swaps. The tail
/// raises the mean to 1.0137.
inline constexpr double kNoiseVariation = 0.49;
inline constexpr double kTailShare = 0.01;
inline constexpr double kTailAlpha = 1.5;
inline constexpr double kTailMax = 10;

double draw_noise(Draw& draw);

}  // namespace terrace::sim
