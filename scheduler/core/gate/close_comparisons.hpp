#pragma once

#include <vector>

#include "scheduler/core/state.hpp"

namespace terrace::core {

/// The comparisons of one package and variant: one, or one for each CPU vendor.
using OfPackage = std::vector<Comparison*>;

/// Closes the family of one variant (close_family.hpp) in its comparisons, once, when each has its
/// verdict. What was measured gets `p_adjusted`; a promotion that is no discovery becomes hold and
/// says so. What has no `p` is no member and stays as it is.
///
/// A package is one member, however many CPU vendors it was measured on: it is promoted only if it
/// gains on each, so the weakest of them speaks for it (an intersection-union test: Berger,
/// Technometrics 1982).
void close_comparisons(const std::vector<OfPackage>& packages, double false_discovery_max);

}  // namespace terrace::core
