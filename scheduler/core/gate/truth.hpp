#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/vocab/truth.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// A comparison of a baseline with itself, as the database has it.
struct SelfComparison {
    ComparisonState state = ComparisonState::ready;
    std::optional<Verdict> verdict;
    std::vector<BenchmarkResult> results;
};
BOOST_DESCRIBE_STRUCT(SelfComparison, (), (state, verdict, results))

/// @pre 0 <= count <= of
Proportion proportion(std::int64_t count, std::int64_t of);

/// What they have shown of the gate.
Truth truth_of(std::span<const SelfComparison> comparisons);

/// Whether the comparison of that key is among the share that the baseline is compared with itself
/// for. The key alone decides it: the same everywhere and each time, and not to be foreseen from a
/// package's name. 0: none, 1: all.
bool is_in_share(std::string_view key, double share);

}  // namespace terrace::core
