#include "tests/bench/gate_power/experiments.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "scheduler/core/gate/block_bootstrap.hpp"
#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/moments.hpp"

namespace terrace::bench {
namespace {

constexpr int kBlocks = 40;

core::SplitMix random_of(const std::string& name, int experiment) {
    return core::SplitMix(core::seed_of(name + "/" + std::to_string(experiment)));
}

/// `one(random, seed, part)` for each experiment, on as many threads, each with a part of its own.
template <class Part, class One>
std::vector<Part> in_threads(const Experiments& what, const std::string& name, One one) {
    std::vector<Part> parts(static_cast<std::size_t>(what.threads));
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < what.threads; ++thread) {
        threads.emplace_back([&, thread] {
            Part& part = parts[static_cast<std::size_t>(thread)];
            for (int i = thread; i < what.count; i += what.threads) {
                core::SplitMix random = random_of(name, i);
                one(random, static_cast<std::uint64_t>(i), part);
            }
        });
    }
    threads.clear();
    return parts;
}

template <class GainOf>
Tally simulate_with(const Experiments& what, const std::string& name, GainOf gain_of) {
    const core::SequentialGate gate({}, {}, 1);
    const auto one = [&](core::SplitMix& random, std::uint64_t seed, Tally& tally) {
        const double truth = std::log1p(gain_of(random));
        std::vector<core::MeasuredBenchmark> benchmarks(1);
        benchmarks[0].blocks = what.source.blocks(random, kBlocks);
        for (double& block : benchmarks[0].blocks) block = truth + what.noise * block;
        tally.add(gate.decide(benchmarks, seed), truth);
    };
    Tally all;
    for (const Tally& part : in_threads<Tally>(what, name, one)) all.add(part);
    return all;
}

}  // namespace

void Tally::add(const core::GateDecision& decision, double truth) {
    ++experiments;
    promote += decision.verdict == Verdict::promote;
    promote_by_40 += decision.verdict == Verdict::promote && decision.pairs <= 40;
    regress += decision.verdict == Verdict::regress;
    equivalent += decision.verdict == Verdict::equivalent;
    hold += decision.verdict == Verdict::hold;
    unstable += decision.verdict == Verdict::unstable;
    const core::ConfidenceInterval& interval = decision.evidence.front().repeated;
    covered += interval.low <= truth && truth <= interval.high;
    pairs += decision.pairs;
}

void Tally::add(const Tally& other) {
    experiments += other.experiments;
    promote += other.promote;
    promote_by_40 += other.promote_by_40;
    regress += other.regress;
    equivalent += other.equivalent;
    hold += other.hold;
    unstable += other.unstable;
    covered += other.covered;
    pairs += other.pairs;
}

Tally simulate(const Experiments& what, const std::string& name, double gain) {
    return simulate_with(what, name, [gain](core::SplitMix&) { return gain; });
}

Tally simulate_mix(const Experiments& what, const std::string& name) {
    return simulate_with(what, name, [](core::SplitMix& random) {
        const double draw = random.unit();
        if (draw < 0.7) return 0.0;
        return draw < 0.9 ? 0.04 : -0.03;
    });
}

FixedCoverage fixed_coverage(const Experiments& what, const std::string& name) {
    struct Covered {
        int bootstrap = 0;
        int student = 0;
    };
    const double critical = core::student_upper_quantile(0.025, kBlocks - 1);
    const auto one = [&](core::SplitMix& random, std::uint64_t seed, Covered& covered) {
        const std::vector<double> blocks = what.source.blocks(random, kBlocks);
        const core::ConfidenceInterval interval = core::block_bootstrap_interval(blocks, seed);
        const core::Moments moments = core::moments_of(blocks);
        covered.bootstrap += interval.low <= 0 && 0 <= interval.high;
        covered.student += std::abs(moments.mean) <= critical * moments.standard_error();
    };
    FixedCoverage all;
    for (const Covered& part : in_threads<Covered>(what, name, one)) {
        all.bootstrap += static_cast<double>(part.bootstrap) / what.count;
        all.student += static_cast<double>(part.student) / what.count;
    }
    return all;
}

}  // namespace terrace::bench
