#include "scheduler/core/gate/sequential_gate.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/split_mix.hpp"

namespace terrace::core {
namespace {

/// Normal blocks of this gain, the same on every machine.
std::vector<double> some_blocks(double gain, double deviation, int count, std::uint64_t seed = 1) {
    SplitMix random(seed);
    std::vector<double> blocks;
    for (int i = 0; i < count; ++i)
        blocks.push_back(std::log1p(gain) + deviation * normal_quantile(random.unit()));
    return blocks;
}

MeasuredBenchmark a_benchmark(std::vector<double> blocks) {
    return {.name = "main", .blocks = std::move(blocks)};
}

MeasuredBenchmark a_guarded(std::vector<double> blocks, double loss_max = 0.01) {
    return {.name = "other",
            .role = BenchmarkRole::guarded,
            .loss_max = loss_max,
            .blocks = std::move(blocks)};
}

GateDecision decided(const std::vector<MeasuredBenchmark>& benchmarks, int primaries = 1) {
    return SequentialGate({}, {}, primaries).decide(benchmarks, 7);
}

GateDecision decided(double gain, double deviation = 0.005, int blocks = 40) {
    return decided({a_benchmark(some_blocks(gain, deviation, blocks))});
}

}  // namespace

TEST_CASE(
    "a plain gain promotes early, a plain loss is a regression, no difference is equivalence") {
    CHECK(decided(0.04).verdict == Verdict::promote);
    CHECK(decided(0.04).pairs <= 40);
    CHECK(decided(-0.03).verdict == Verdict::regress);
    CHECK(decided(-0.03).pairs <= 40);
    CHECK(decided(0).verdict == Verdict::equivalent);
    CHECK(decided(0).pairs <= 40);
}

TEST_CASE("a gain below the margin is held when all looks are used") {
    const GateDecision decision = decided(0.015, 0.002);
    CHECK(decision.verdict == Verdict::hold);
    CHECK(decision.pairs == 80);
    CHECK_FALSE(decision.next_pairs);
    CHECK(decision.p == 1);
    CHECK(decision.evidence.front().p_gain > 0.5);
}

TEST_CASE("between looks it asks for the pairs of the next one") {
    CHECK(decided(0.015, 0.002, 0).next_pairs == 10);
    CHECK(decided(0.015, 0.002, 4).next_pairs == 10);
    CHECK(decided(0.015, 0.002, 4).pairs == 0);
    CHECK(decided(0.015, 0.002, 5).next_pairs == 20);
    CHECK(decided(0.015, 0.002, 5).pairs == 10);
    CHECK(decided(0.015, 0.002, 19).next_pairs == 40);
    CHECK(decided(0.015, 0.002, 39).next_pairs == 80);
}

TEST_CASE("what is measured after the look that stops changes nothing") {
    std::vector<double> blocks = some_blocks(0.04, 0.003, 40);
    const GateDecision first = decided({a_benchmark(blocks)});
    REQUIRE(first.verdict == Verdict::promote);
    REQUIRE(first.pairs <= 40);
    for (std::size_t i = static_cast<std::size_t>(first.pairs) / 2; i < blocks.size(); ++i)
        blocks[i] = -1;
    const GateDecision second = decided({a_benchmark(blocks)});
    CHECK(second.verdict == Verdict::promote);
    CHECK(second.p == first.p);
    CHECK(second.evidence.front().repeated == first.evidence.front().repeated);
    CHECK(second.bootstrap == first.bootstrap);
}

TEST_CASE("the interval that decides agrees with the verdict, and holds the mean") {
    const GateDecision promoted = decided(0.04);
    CHECK(promoted.evidence.front().repeated.low > std::log1p(0.02));
    CHECK(promoted.bootstrap.front().low > std::log1p(0.02));
    CHECK(promoted.p <= 0.025);
    const GateDecision worse = decided(-0.03);
    CHECK(worse.evidence.front().repeated.high < std::log1p(-0.01));
    CHECK(worse.p == 1);
}

TEST_CASE("a guarded benchmark must be shown not to be worse before a gain promotes") {
    const std::vector<double> gain = some_blocks(0.05, 0.003, 40);
    CHECK(decided({a_benchmark(gain), a_guarded(some_blocks(0, 0.003, 40, 2))}).verdict ==
          Verdict::promote);
    // So noisy that a loss cannot be excluded: the gain alone was shown after 20 pairs.
    const GateDecision unknown =
        decided({a_benchmark(gain), a_guarded(some_blocks(-0.005, 0.06, 40, 2))});
    CHECK(unknown.verdict == Verdict::hold);
    CHECK(unknown.pairs == 80);
    CHECK(unknown.p == 1);
    const GateDecision worse =
        decided({a_benchmark(gain), a_guarded(some_blocks(-0.03, 0.003, 40, 2))});
    CHECK(worse.verdict == Verdict::regress);
    CHECK(worse.decided_by == 1);
}

TEST_CASE("a budget of its own lets a guarded benchmark lose that much") {
    const std::vector<double> gain = some_blocks(0.05, 0.003, 40);
    const std::vector<double> loss = some_blocks(-0.025, 0.003, 40, 2);
    CHECK(decided({a_benchmark(gain), a_guarded(loss, 0.04)}).verdict == Verdict::promote);
    CHECK(decided({a_benchmark(gain), a_guarded(loss)}).verdict == Verdict::regress);
}

TEST_CASE("a gain of a guarded benchmark alone does not promote") {
    const GateDecision decision = decided(
        {a_benchmark(some_blocks(0, 0.003, 40)), a_guarded(some_blocks(0.05, 0.003, 40, 2))});
    CHECK(decision.verdict == Verdict::hold);
    CHECK(decision.p_gain_holm[1] == 1);
}

TEST_CASE("each of several primary benchmarks has its share of the error") {
    const std::vector<MeasuredBenchmark> two = {a_benchmark(some_blocks(0.04, 0.005, 40)),
                                                a_benchmark(some_blocks(0, 0.005, 40, 2))};
    const GateDecision decision = decided(two, 2);
    CHECK(decision.verdict == Verdict::promote);
    CHECK(decision.decided_by == 0);
    CHECK(decision.p_gain_holm[0] == doctest::Approx(2 * decision.evidence[0].p_gain));
    CHECK(decision.p == decision.p_gain_holm[0]);
    CHECK(look_boundaries({}, 2).gain.back() > look_boundaries({}, 1).gain.back());
    CHECK(look_boundaries({}, 2).any == look_boundaries({}, 1).any);
}

TEST_CASE("too much noise and a ratio that changes are unstable") {
    CHECK(decided(0.5, 0.4).verdict == Verdict::unstable);
    // Neither half alone is near a margin, so nothing stops it before the change can be seen.
    std::vector<double> blocks = some_blocks(0.018, 0.002, 40);
    for (std::size_t i = 0; i < 15; ++i) blocks[i] -= 0.006;
    const GateDecision decision = decided({a_benchmark(blocks)});
    CHECK(decision.verdict == Verdict::unstable);
    CHECK(decision.evidence.front().change.first_after == 15);
}

TEST_CASE("blocks without any noise are decided at the first look") {
    CHECK(decided(0.04, 0).verdict == Verdict::promote);
    CHECK(decided(0.04, 0).pairs == 10);
    CHECK(decided(0, 0).verdict == Verdict::equivalent);
    CHECK(decided(-0.02, 0).verdict == Verdict::regress);
}

TEST_CASE("the decision does not depend on what was decided before, and is the same every time") {
    const std::vector<double> blocks = some_blocks(0.035, 0.01, 40);
    const SequentialGate gate({}, {}, 1);
    GateDecision step{.next_pairs = 10};
    while (step.next_pairs) {
        const auto count = static_cast<std::ptrdiff_t>(*step.next_pairs / 2);
        step = gate.decide(std::vector{a_benchmark({blocks.begin(), blocks.begin() + count})}, 7);
    }
    const GateDecision whole = gate.decide(std::vector{a_benchmark(blocks)}, 7);
    CHECK(step.verdict == whole.verdict);
    CHECK(step.pairs == whole.pairs);
    CHECK(step.p == whole.p);
    CHECK(step.bootstrap == whole.bootstrap);
}

}  // namespace terrace::core
