#pragma once

#include "common/vocab/lease.hpp"
#include "common/vocab/result.hpp"
#include "worker/bench/comparison_context.hpp"
#include "worker/bench/mock_root.hpp"

namespace terrace::bench {

/// Fills both roots with the same packages and the same corpus, then puts each side's own RPMs into
/// its root, in the same way in both. Afterwards the roots differ in nothing but the code under
/// test.
///
/// The corpus is made before, by the baseline's package in both roots: a variant may well encode or
/// train something else (fused multiply-add rounds otherwise), and then the two sides would not do
/// the same work.
Result<void> set_up_roots(const ComparisonOrder& order,
                          const ComparisonContext& context,
                          MockRoot& baseline,
                          MockRoot& variant);

}  // namespace terrace::bench
