#include "scheduler/core/gate/evidence.hpp"

#include <cmath>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/one_sided_tests.hpp"

namespace terrace::core {
namespace {

/// At the first look that crossed the boundary: what came later was not needed any more. Else at
/// this one.
double stagewise_p_gain(std::size_t look,
                        const MeasuredBenchmark& benchmark,
                        double gain,
                        const SequentialDesign& design,
                        const LookBoundaries& bounds) {
    double score = 0;
    std::size_t at = 0;
    for (;; ++at) {
        score = score_above(moments_of(blocks_of(benchmark, design.looks[at])), gain);
        if (at == look || score >= bounds.gain[at]) break;
    }
    return bounds.gain_order.p(at, score);
}

}  // namespace

std::span<const double> blocks_of(const MeasuredBenchmark& benchmark, int pairs) {
    const auto count = static_cast<std::size_t>(pairs) / 2;
    TERRACE_CHECK(benchmark.blocks.size() >= count);
    return std::span(benchmark.blocks).first(count);
}

Evidence evidence_at(std::size_t look,
                     const MeasuredBenchmark& benchmark,
                     const GatePolicy& policy,
                     const SequentialDesign& design,
                     const LookBoundaries& bounds) {
    const std::span<const double> blocks = blocks_of(benchmark, design.looks[look]);
    const double gain = std::log1p(policy.gain_min);
    const double loss = std::log1p(-benchmark.loss_max);

    Evidence evidence{.moments = moments_of(blocks), .change = pettitt_test(blocks)};
    const Moments& moments = evidence.moments;
    const double reach =
        moments.standard_error() *
        student_upper_quantile(normal_upper(bounds.any[look]), moments.degrees_of_freedom());
    evidence.repeated = {moments.mean - reach, moments.mean + reach};
    evidence.noisy = moments.deviation > policy.noise_max;
    evidence.changed = evidence.change.p <= design.drift_error;

    const double above_loss = score_above(moments, loss);
    evidence.loses = -above_loss >= bounds.any[look];
    evidence.not_worse = above_loss >= bounds.any[look];
    evidence.equivalent =
        score_above(moments, std::log1p(-policy.loss_max)) >= bounds.equivalence[look] &&
        -score_above(moments, std::log1p(policy.loss_max)) >= bounds.equivalence[look];
    if (benchmark.role == BenchmarkRole::primary) {
        evidence.gains = score_above(moments, gain) >= bounds.gain[look];
        evidence.p_gain = stagewise_p_gain(look, benchmark, gain, design, bounds);
    }
    return evidence;
}

}  // namespace terrace::core
