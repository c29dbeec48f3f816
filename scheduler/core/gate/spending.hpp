#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "scheduler/core/gate/sequential_density.hpp"

namespace terrace::core {

/// How much of the one-sided error `alpha` may be spent up to a fraction of the information:
/// 2 - 2 Phi(z_{alpha/2} / sqrt(fraction)), the O'Brien-Fleming type function of K. K. G. Lan and
/// D. L. DeMets, Discrete Sequential Boundaries for Clinical Trials, Biometrika 70, 1983: next to
/// nothing at first, so that what ends a measurement early is beyond doubt, and nearly all at the
/// end. @pre 0 < alpha < 1, 0 < fraction <= 1
double obrien_fleming_spent(double fraction, double alpha);

/// The upper boundaries for Z at looks at these fractions of the information: under the null
/// hypothesis, the probability to be above one of the first k is what is spent up to then.
/// @pre fractions ascend, above 0 and up to 1
std::vector<double> obrien_fleming_boundaries(std::span<const double> fractions, double alpha);

/// The p-value of a measurement that stopped at one of its looks, in the stage-wise ordering:
/// crossing earlier is stronger evidence than crossing later (T. R. Fairbanks, R. Madsen, P Values
/// for Tests Using a Repeated Significance Test Design, Biometrika 69, 1982; A. A. Tsiatis,
/// G. L. Rosner, C. R. Mehta, Exact Confidence Intervals Following a Group Sequential Test,
/// Biometrics 40, 1984). Whatever made it stop below the boundary, the p-value is not too small:
/// stops below count as going on.
class StagewiseOrdering {
public:
    StagewiseOrdering() = default;
    /// @pre fractions ascend; as many boundaries as fractions
    StagewiseOrdering(std::span<const double> fractions, std::span<const double> boundaries);

    /// Of stopping with `z` at the look of this index. @pre there is such a look
    double p(std::size_t look, double z) const;

private:
    struct Before {
        double fraction = 0;
        double crossed = 0;         ///< the probability of crossing at an earlier look
        SequentialDensity density;  ///< of having crossed at none
    };
    std::vector<Before> before_;
};

}  // namespace terrace::core
