#pragma once

#include "scheduler/core/gate/moments.hpp"

/// Student's one-sided tests on the log ratios of blocks. Each p-value is the probability of such
/// blocks, or stronger evidence, where the hypothesis that is to be refuted is only just true.
namespace terrace::core {

/// The normal score of the evidence that the true mean is above `bound`; that it is below one is
/// the score with its sign changed. +-kScoreMax where the blocks do not spread at all.
/// @pre at least two blocks
double score_above(const Moments& moments, double bound);

/// H0: the mean is at most `bound`. Superiority where the bound is a gain; non-inferiority where
/// it is a loss that would be borne (FDA, Non-Inferiority Clinical Trials to Establish
/// Effectiveness, 2016, section III).
double p_above(const Moments& moments, double bound);

/// H0: the mean is not inside (low, high): the larger of two one-sided p-values (D. J. Schuirmann,
/// A Comparison of the Two One-Sided Tests Procedure and the Power Approach, Journal of
/// Pharmacokinetics and Biopharmaceutics 15, 1987).
double p_equivalence(const Moments& moments, double low, double high);

}  // namespace terrace::core
