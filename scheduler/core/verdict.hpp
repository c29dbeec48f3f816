#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/outcome.hpp"
#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/gate/sequential_gate.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

struct Judgement {
    std::optional<int> pairs_next = {};  ///< go on to so many pairs; none: the rest holds
    Verdict verdict = Verdict::hold;
    std::string reason;                    ///< a full sentence
    std::vector<BenchmarkResult> results;  ///< the deciding one first
    double p = 1;  ///< GateDecision::p, rounded up to a millionth: still valid, and exact in JSON
};

/// The gate that a benchmark file's comparisons are looked at with. To be kept: making it costs far
/// more than asking it.
SequentialGate gate_of(const GatePolicy& policy, const BenchmarkFile& file);

/// Goes a comparison on, or what is its verdict (docs/gate.md)? A pure function of what was
/// measured and of the policy. The metric is CPU time; intervals are the repeated ones, which
/// hold whenever it stops. @pre `gate` is gate_of() this policy and file
Judgement judge(const SequentialGate& gate,
                const GatePolicy& policy,
                const BenchmarkFile& file,
                const Progress& progress);

}  // namespace terrace::core
