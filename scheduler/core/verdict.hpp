#pragma once

#include <string>
#include <vector>

#include "common/vocab/benchmark.hpp"
#include "common/vocab/outcome.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

struct Judgement {
    Verdict verdict = Verdict::hold;
    std::string reason;                    ///< a full sentence
    std::vector<BenchmarkResult> results;  ///< the deciding one first
};

/// One ratio with its interval for each benchmark, from paired samples. The metric is user CPU
/// time. Samples without their partner are left out. A benchmark with less than two whole
/// quadruples has 0 pairs.
std::vector<BenchmarkResult> summarize(const BenchmarkFile& file,
                                       const std::vector<Sample>& samples);

/// The verdict of a comparison (docs/gate.md): a pure function of what was measured and of the
/// policy.
Judgement judge(const BenchmarkFile& file,
                const std::vector<Sample>& samples,
                const GatePolicy& policy);

}  // namespace terrace::core
