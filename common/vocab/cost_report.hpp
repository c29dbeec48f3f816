#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/gate.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/outcome.hpp"
#include "common/vocab/time.hpp"
#include "common/vocab/truth.hpp"

/// What `terrace gate report` shows: what each variant gains, and what it costs (docs/gate.md).
namespace terrace {

/// What one side of a comparison took. Bytes are those of its RPM files; noarch and source packages
/// are the same for every variant, and no part of them.
struct SideCost {
    BuildId build;
    bool built = false;
    bool reused = false;           ///< an earlier rebuild made it: nothing was spent in this one
    std::int64_t bytes = 0;        ///< without debug packages
    std::int64_t debug_bytes = 0;  ///< of the debug packages
    /// CPU time of all its attempts that have a figure, whoever ordered them; null: none has.
    std::optional<std::int64_t> cpu_ms;
    std::int64_t attempts_without_cpu = 0;  ///< that ended and have no figure
    friend bool operator==(const SideCost&, const SideCost&) = default;
};
BOOST_DESCRIBE_STRUCT(SideCost,
                      (),
                      (build, built, reused, bytes, debug_bytes, cpu_ms, attempts_without_cpu))

/// What was spent on measuring, in this rebuild.
struct MeasuringCost {
    std::int64_t attempts = 0;
    std::int64_t held_ms = 0;  ///< for so long a host did nothing else
    std::int64_t cpu_ms = 0;   ///< of the runs that are kept as samples
    friend bool operator==(const MeasuringCost&, const MeasuringCost&) = default;
};
BOOST_DESCRIBE_STRUCT(MeasuringCost, (), (attempts, held_ms, cpu_ms))

/// Whose packages users of the variant get. `nothing`: the rebuild published none of this source.
enum class Ships { undecided, variant, baseline, nothing };
BOOST_DESCRIBE_ENUM(Ships, undecided, variant, baseline, nothing)

/// One source package and variant.
struct CostRow {
    ComparisonId comparison;
    std::string package;
    std::string variant;
    std::optional<Verdict> verdict;
    std::string reason;                    ///< a sentence: of the verdict, or why there is none
    std::vector<BenchmarkResult> results;  ///< the deciding one first; empty: not measured
    std::string cpu;                       ///< "vendor model" that they are of
    std::optional<ComparisonId> inherited_from;
    Ships ships = Ships::undecided;
    std::optional<GateStage> held_by;  ///< the first stage that is neither passed nor waived
    std::string why_held;              ///< a sentence; empty when the variant ships
    SideCost of_baseline;
    SideCost of_variant;
    std::optional<double> size_ratio;  ///< variant / baseline, without debug packages
    MeasuringCost measuring;
    friend bool operator==(const CostRow&, const CostRow&) = default;
};
BOOST_DESCRIBE_STRUCT(CostRow,
                      (),
                      (comparison,
                       package,
                       variant,
                       verdict,
                       reason,
                       results,
                       cpu,
                       inherited_from,
                       ships,
                       held_by,
                       why_held,
                       of_baseline,
                       of_variant,
                       size_ratio,
                       measuring))

/// A way to ship a variant, and what it takes.
struct Bill {
    std::int64_t packages = 0;  ///< source packages that ship
    std::int64_t bytes =
        0;  ///< of the variant's own packages: what a mirror holds beside the baseline
    std::int64_t debug_bytes = 0;
    std::int64_t build_cpu_ms = 0;      ///< of the variant's builds
    std::int64_t measuring_cpu_ms = 0;  ///< MeasuringCost::cpu_ms
    std::int64_t held_ms = 0;           ///< MeasuringCost::held_ms
    friend bool operator==(const Bill&, const Bill&) = default;
};
BOOST_DESCRIBE_STRUCT(Bill,
                      (),
                      (packages, bytes, debug_bytes, build_cpu_ms, measuring_cpu_ms, held_ms))

struct VariantCost {
    std::string variant;
    std::int64_t packages = 0;                     ///< source packages of it
    std::map<std::string, std::int64_t> verdicts;  ///< how many of each; "none" where there is none
    std::map<std::string, std::int64_t> ships;     ///< how many of each Ships
    Bill whole;  ///< everything that was built ships, and nothing is measured
    Bill gated;  ///< everything is built, what differs is measured, and what passed the gate ships
    /// A rebuild that builds for the variant only what passed the gate, and measures nothing.
    Bill kept_up;
    std::int64_t reused_cpu_ms = 0;     ///< of the builds' CPU time: spent in earlier rebuilds
    std::vector<std::string> unknowns;  ///< what these figures do not say: sentences
    friend bool operator==(const VariantCost&, const VariantCost&) = default;
};
BOOST_DESCRIBE_STRUCT(
    VariantCost,
    (),
    (variant, packages, verdicts, ships, whole, gated, kept_up, reused_cpu_ms, unknowns))

struct CostReport {
    RebuildId rebuild;
    std::string release;
    std::string state;  ///< of the rebuild
    TimePoint created_at{};
    std::optional<TimePoint> finished_at;
    std::optional<ComposeId> compose;  ///< that shows what ships; null: none is finished
    std::vector<VariantCost> variants;
    std::vector<CostRow> rows;  ///< by variant and package
    Truth truth;                ///< of its release: how often the gate is wrong
    friend bool operator==(const CostReport&, const CostReport&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CostReport,
    (),
    (rebuild, release, state, created_at, finished_at, compose, variants, rows, truth))

}  // namespace terrace
