#pragma once

#include "common/vocab/lease.hpp"
#include "common/vocab/result.hpp"
#include "worker/bench/benchmark_runs.hpp"
#include "worker/bench/comparison_context.hpp"

namespace terrace::bench {

/// Measures the variant's installed RPMs against the baseline's in two build roots that differ in
/// nothing else, from look to look as context.hand_in() is answered, and removes the roots, however
/// it ends. Blocks; on a thread made for that.
///
/// Errors: invalid_argument for what the benchmark or the packages are to blame for (a command or
/// the corpus script fails, a package cannot be installed), conflict when `cancelled` said so,
/// unavailable and not_found for this host; and what hand_in() brings. Throws std::system_error
/// when the host lacks files or processes.
Result<void> run_comparison(const ComparisonOrder& order, const ComparisonContext& context);

/// The measuring alone, in roots that set_up_roots() has filled for this order: what
/// run_comparison() does between making and removing them.
Result<void> measure_looks(const ComparisonOrder& order,
                           const ComparisonContext& context,
                           const Twins& twins);

}  // namespace terrace::bench
