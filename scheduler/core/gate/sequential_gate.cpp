#include "scheduler/core/gate/sequential_gate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/vocab/check.hpp"
#include "scheduler/core/gate/multiplicity.hpp"

namespace terrace::core {
namespace {

using Benchmarks = std::span<const MeasuredBenchmark>;

std::vector<double> holm_inside(Benchmarks benchmarks, const std::vector<Evidence>& evidence) {
    std::vector<double> p_primary;
    for (std::size_t i = 0; i < benchmarks.size(); ++i) {
        if (benchmarks[i].role == BenchmarkRole::primary) p_primary.push_back(evidence[i].p_gain);
    }
    const std::vector<double> adjusted = holm_adjusted(p_primary);
    std::vector<double> all;
    auto next = adjusted.begin();
    for (const MeasuredBenchmark& benchmark : benchmarks) {
        all.push_back(benchmark.role == BenchmarkRole::primary ? *next++ : 1);
    }
    return all;
}

std::optional<std::size_t> first_with(const std::vector<Evidence>& evidence,
                                      bool Evidence::*property) {
    const auto found = std::ranges::find(evidence, true, property);
    if (found == evidence.end()) return std::nullopt;
    return static_cast<std::size_t>(found - evidence.begin());
}

/// The benchmark with the largest gain for which all others are shown not to be worse.
std::optional<std::size_t> promoting(const std::vector<Evidence>& evidence) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
        if (!evidence[i].gains && !evidence[i].not_worse) return std::nullopt;
        if (!evidence[i].gains) continue;
        if (!best || evidence[i].moments.mean > evidence[*best].moments.mean) best = i;
    }
    return best;
}

std::size_t shown_first(Benchmarks benchmarks) {
    const auto primary =
        std::ranges::find(benchmarks, BenchmarkRole::primary, &MeasuredBenchmark::role);
    return primary == benchmarks.end() ? 0 : static_cast<std::size_t>(primary - benchmarks.begin());
}

}  // namespace

SequentialGate::SequentialGate(const GatePolicy& policy, SequentialDesign design, int primaries)
    : policy_(policy), design_(std::move(design)), bounds_(look_boundaries(design_, primaries)) {}

GateDecision SequentialGate::decide(Benchmarks benchmarks, std::uint64_t seed) const {
    TERRACE_CHECK(!benchmarks.empty());
    std::size_t blocks = benchmarks.front().blocks.size();
    for (const MeasuredBenchmark& each : benchmarks) blocks = std::min(blocks, each.blocks.size());
    GateDecision decision{.next_pairs = design_.looks.front()};
    for (std::size_t look = 0; look < design_.looks.size(); ++look) {
        if (blocks * 2 < static_cast<std::size_t>(design_.looks[look])) break;
        decision = decide_at(look, benchmarks, seed);
        if (!decision.next_pairs) break;
    }
    return decision;
}

GateDecision SequentialGate::decide_at(std::size_t look,
                                       Benchmarks benchmarks,
                                       std::uint64_t seed) const {
    GateDecision decision{.pairs = design_.looks[look]};
    for (const MeasuredBenchmark& benchmark : benchmarks) {
        decision.evidence.push_back(evidence_at(look, benchmark, policy_, design_, bounds_));
    }
    decision.p_gain_holm = holm_inside(benchmarks, decision.evidence);
    const auto resample = [&] {
        decision.bootstrap.clear();
        for (std::size_t i = 0; i < benchmarks.size(); ++i) {
            decision.bootstrap.push_back(
                block_bootstrap_interval(blocks_of(benchmarks[i], decision.pairs), seed + i));
        }
    };
    const auto stop = [&](Verdict verdict, std::size_t by, const char* why) {
        if (decision.bootstrap.empty()) resample();
        decision.verdict = verdict;
        decision.decided_by = by;
        decision.why = why;
        return decision;
    };

    const std::vector<Evidence>& evidence = decision.evidence;
    if (const auto noisy = first_with(evidence, &Evidence::noisy))
        return stop(Verdict::unstable, *noisy, "the samples spread too widely");
    if (const auto changed = first_with(evidence, &Evidence::changed))
        return stop(Verdict::unstable, *changed, "the ratio changed while it was measured");
    if (const auto loser = first_with(evidence, &Evidence::loses))
        return stop(Verdict::regress, *loser, "the variant is slower than the margin allows");
    if (const auto best = promoting(evidence)) {
        // Student's interval takes the blocks for normal; the bootstrap does not. Both must agree.
        resample();
        if (decision.bootstrap[*best].low > std::log1p(policy_.gain_min)) {
            decision.p = std::ranges::min(decision.p_gain_holm);
            return stop(Verdict::promote, *best, "the variant is faster by more than the margin");
        }
    }
    if (std::ranges::all_of(evidence, &Evidence::equivalent))
        return stop(Verdict::equivalent, shown_first(benchmarks), "no difference that matters");
    if (look + 1 == design_.looks.size()) {
        return stop(Verdict::hold, shown_first(benchmarks),
                    "neither a gain nor equivalence is shown");
    }
    decision.next_pairs = design_.looks[look + 1];
    decision.bootstrap.clear();
    return decision;
}

}  // namespace terrace::core
