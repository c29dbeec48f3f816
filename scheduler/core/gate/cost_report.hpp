#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/cost_report.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// A comparison with what both sides and its measurement took, as the database has it.
struct ComparedRow {
    ComparisonId id;
    std::string package;
    std::string variant;
    ComparisonState state = ComparisonState::waiting;
    std::optional<Verdict> verdict;
    std::string reason;
    std::vector<BenchmarkResult> results;
    std::string cpu;
    std::optional<ComparisonId> inherited_from;
    bool promoted = false;
    bool composed = false;  ///< the rebuild's finished compose has the variant's packages
    SideCost of_baseline;
    SideCost of_variant;
    MeasuringCost measuring;
};
BOOST_DESCRIBE_STRUCT(ComparedRow,
                      (),
                      (id,
                       package,
                       variant,
                       state,
                       verdict,
                       reason,
                       results,
                       cpu,
                       inherited_from,
                       promoted,
                       composed,
                       of_baseline,
                       of_variant,
                       measuring))

/// A rebuild as the report wants it.
struct ComparedRebuild {
    RebuildId id;
    std::string release;
    RebuildState state = RebuildState::running;
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    std::optional<ComposeId> compose;  ///< its own, once that is finished
    std::vector<ComparedRow> comparisons;
};
BOOST_DESCRIBE_STRUCT(ComparedRebuild,
                      (),
                      (id, release, state, created_at, finished_at, compose, comparisons))

/// The cost table: what each variant gains, what it takes, and what nobody knows. `gate` is what
/// the gate says of the same rebuild; a row of it that has no comparison is left out.
CostReport cost_report(const ComparedRebuild& rebuild, const std::vector<GateRow>& gate);

}  // namespace terrace::core
