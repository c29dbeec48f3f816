#include "scheduler/core/verdict.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

namespace terrace::core {
namespace {

BenchmarkFile a_file() {
    return {.package = "p",
            .install = {"p"},
            .corpus = "",
            .benchmarks = {{.name = "main", .command = "p"},
                           {.name = "other", .command = "p -d", .role = BenchmarkRole::guarded}}};
}

/// Ten blocks of this ratio, with a little noise that is the same on every machine.
void add_samples(std::vector<Sample>& samples,
                 const std::string& benchmark,
                 double ratio,
                 double noise) {
    for (int pair = 0; pair < 20; ++pair) {
        const double shake = std::exp(noise * std::sin(pair * 2.4));
        samples.push_back(
            {.benchmark = benchmark, .pair = pair, .variant = false, .user_us = 1'000'000});
        samples.push_back({.benchmark = benchmark,
                           .pair = pair,
                           .variant = true,
                           .user_us = static_cast<std::int64_t>(1'000'000 / ratio * shake)});
    }
}

/// One look at 20 pairs unless told.
GatePolicy a_policy(std::vector<int> looks = {20}) {
    GatePolicy policy;
    policy.looks = std::move(looks);
    return policy;
}

Judgement judged_as(const BenchmarkFile& file,
                    const std::vector<Sample>& samples,
                    const GatePolicy& policy = a_policy(),
                    int pairs = 20) {
    return judge(gate_of(policy, file), policy, file, {pairs, samples});
}

Judgement judged(double main, double other, double noise = 0.004) {
    std::vector<Sample> samples;
    add_samples(samples, "main", main, noise);
    add_samples(samples, "other", other, noise);
    return judged_as(a_file(), samples);
}

}  // namespace

TEST_CASE("a primary benchmark whose whole interval is above the gain promotes") {
    const Judgement judgement = judged(1.5, 1.0);
    CHECK(judgement.verdict == Verdict::promote);
    CHECK(judgement.results.front().name == "main");
    CHECK(judgement.results.front().ratio == doctest::Approx(1.5).epsilon(0.01));
    CHECK(judgement.results.front().ci_low < judgement.results.front().ratio);
    CHECK(judgement.results.front().pairs == 20);
}

TEST_CASE("a gain of a guarded benchmark alone does not promote") {
    CHECK(judged(1.0, 1.5).verdict == Verdict::hold);
}

TEST_CASE("a loss beyond the margin is a regression, whatever else gains") {
    CHECK(judged(0.85, 1.0).verdict == Verdict::regress);
    const Judgement judgement = judged(1.5, 0.9);
    CHECK(judgement.verdict == Verdict::regress);
    CHECK(judgement.results.front().name == "other");
}

TEST_CASE("a benchmark with a budget of its own may lose that much, and no more") {
    BenchmarkFile file = a_file();
    file.benchmarks[1].loss_max = 0.04;
    std::vector<Sample> samples;
    add_samples(samples, "main", 1.5, 0.002);
    add_samples(samples, "other", 0.975, 0.002);
    CHECK(judged_as(a_file(), samples).verdict == Verdict::regress);
    CHECK(judged_as(file, samples).verdict == Verdict::promote);
    file.benchmarks[1].loss_max = 0.01;
    CHECK(judged_as(file, samples).verdict == Verdict::regress);
}

TEST_CASE("all intervals inside the margin are equivalence; wider ones are none") {
    CHECK(judged(1.0, 1.0, 0.002).verdict == Verdict::equivalent);
    CHECK(judged(1.0, 1.0, 0.1).verdict == Verdict::hold);
    CHECK(judged(1.015, 1.0).verdict == Verdict::hold);  // some gain, but less than the margin
}

TEST_CASE("samples that spread too widely are unstable; no benchmark, no verdict") {
    CHECK(judged(1.0, 1.0, 2.5).verdict == Verdict::unstable);
    BenchmarkFile empty = a_file();
    empty.benchmarks.clear();
    CHECK(judged_as(empty, {}).verdict == Verdict::no_benchmark);
}

TEST_CASE("a comparison goes on to the next look, and says so") {
    CHECK(judged_as(a_file(), {}, a_policy({10, 20}), 0).pairs_next == 10);
    std::vector<Sample> samples;
    add_samples(samples, "main", 1.022, 0.004);  // not beyond doubt at the first look of two
    add_samples(samples, "other", 1.0, 0.004);
    std::erase_if(samples, [](const Sample& sample) { return sample.pair >= 10; });
    CHECK(judged_as(a_file(), samples, a_policy({10, 20}), 10).pairs_next == 20);
    CHECK_FALSE(judged_as(a_file(), samples, a_policy({10}), 10).pairs_next);
}

TEST_CASE("a promotion has a p-value, rounded up; whatever else was found has none below 1") {
    const Judgement promoted = judged(1.5, 1.0);
    CHECK(promoted.p > 0);
    CHECK(promoted.p <= 0.001);
    CHECK(judged(1.0, 1.0, 0.002).p == 1);
    CHECK(judged(1.5, 0.9).p == 1);
}

TEST_CASE("runs that took no time can be no evidence, and end the comparison all the same") {
    std::vector<Sample> samples;
    add_samples(samples, "main", 1.5, 0.004);
    add_samples(samples, "other", 1.0, 0.004);
    for (Sample& sample : samples) {
        if (sample.benchmark == "other" && sample.pair == 7) sample.user_us = 0;
    }
    const Judgement judgement = judged_as(a_file(), samples);
    CHECK_FALSE(judgement.pairs_next);
    CHECK(judgement.verdict == Verdict::hold);
    CHECK(judgement.reason == "Some runs took no time that could be measured.");
}

}  // namespace terrace::core
