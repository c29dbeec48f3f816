#pragma once

#include <span>
#include <vector>

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

/// The p-value of a measurement that stopped at its k-th look with `z`, in the stage-wise ordering:
/// crossing earlier is stronger evidence than crossing later (T. R. Fairbanks, R. Madsen, P Values
/// for Tests Using a Repeated Significance Test Design, Biometrika 69, 1982; A. A. Tsiatis,
/// G. L. Rosner, C. R. Mehta, Exact Confidence Intervals Following a Group Sequential Test,
/// Biometrics 40, 1984). `fractions` and `boundaries` are of the k looks had; that at the last one
/// is not used. Whatever made it stop below the boundary, the p-value is not too small: stops
/// below count as going on.
/// @pre fractions ascend; as many boundaries as fractions, at least one
double stagewise_p(std::span<const double> fractions, std::span<const double> boundaries, double z);

}  // namespace terrace::core
