#include "scheduler/core/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "scheduler/core/gate/log_ratio.hpp"
#include "scheduler/core/gate/split_mix.hpp"

namespace terrace::core {
namespace {

/// Beyond it a ratio says no more than "at least", and the first look's intervals may be endless.
constexpr double kRatioMax = 1000;

/// To a millionth: far below any noise, and exact on its way through JSON, so that memory and
/// database hold the same number.
double rounded(double value) {
    return std::round(value * 1e6) / 1e6;
}
double ratio_of(double log_ratio) {
    return rounded(std::clamp(std::exp(log_ratio), 1 / kRatioMax, kRatioMax));
}

std::vector<MeasuredBenchmark> measured(const GatePolicy& policy,
                                        const BenchmarkFile& file,
                                        const Progress& progress) {
    std::vector<MeasuredBenchmark> benchmarks;
    for (const Benchmark& benchmark : file.benchmarks) {
        benchmarks.push_back({.name = benchmark.name,
                              .role = benchmark.role,
                              .loss_max = benchmark.loss_max.value_or(policy.loss_max),
                              .blocks = block_log_ratios(benchmark.name, progress.samples)});
    }
    return benchmarks;
}

BenchmarkResult result_of(const MeasuredBenchmark& benchmark, const Evidence& evidence) {
    return {.name = benchmark.name,
            .role = benchmark.role,
            .pairs = static_cast<int>(evidence.moments.count) * 2,
            .ratio = ratio_of(evidence.moments.mean),
            .ci_low = ratio_of(evidence.repeated.low),
            .ci_high = ratio_of(evidence.repeated.high),
            .noise = rounded(evidence.moments.deviation)};
}

}  // namespace

SequentialGate gate_of(const GatePolicy& policy, const BenchmarkFile& file) {
    const auto primaries =
        std::ranges::count(file.benchmarks, BenchmarkRole::primary, &Benchmark::role);
    return {policy, {.looks = policy.looks}, static_cast<int>(primaries)};
}

Judgement judge(const SequentialGate& gate,
                const GatePolicy& policy,
                const BenchmarkFile& file,
                const Progress& progress) {
    Judgement judgement;
    if (file.benchmarks.empty()) {
        judgement.verdict = Verdict::no_benchmark;
        judgement.reason = "The benchmark file names no benchmark.";
        return judgement;
    }
    const std::vector<MeasuredBenchmark> benchmarks = measured(policy, file, progress);
    const GateDecision decision = gate.decide(benchmarks, seed_of(file.package));
    if (decision.next_pairs) {
        if (*decision.next_pairs > progress.pairs) {
            judgement.pairs_next = decision.next_pairs;
        } else {
            judgement.reason = "Some runs took no time that could be measured.";
        }
        return judgement;
    }
    for (std::size_t i = 0; i < benchmarks.size(); ++i)
        judgement.results.push_back(result_of(benchmarks[i], decision.evidence[i]));
    const auto by = judgement.results.begin() + static_cast<std::ptrdiff_t>(decision.decided_by);
    std::rotate(judgement.results.begin(), by, by + 1);
    const BenchmarkResult& first = judgement.results.front();
    judgement.verdict = decision.verdict;
    judgement.reason = fmt::format(
        "Benchmark '{}': ratio {:.3f}, 95 % interval {:.3f} to {:.3f}, {} pairs: {}.", first.name,
        first.ratio, first.ci_low, first.ci_high, first.pairs, decision.why);
    judgement.p = std::min(1.0, std::ceil(decision.p * 1e6) / 1e6);
    return judgement;
}

}  // namespace terrace::core
