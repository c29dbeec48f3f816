#include "scheduler/core/verdict.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace terrace::core {
namespace {

BenchmarkFile a_file() {
    return {.package = "p",
            .install = {"p"},
            .corpus = "",
            .benchmarks = {{.name = "main", .command = "p"},
                           {.name = "other", .command = "p -d", .role = BenchmarkRole::guarded}}};
}

/// Ten quadruples of this ratio, with a little noise that is the same on every machine.
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

Judgement judged(double main, double other, double noise = 0.004) {
    std::vector<Sample> samples;
    add_samples(samples, "main", main, noise);
    add_samples(samples, "other", other, noise);
    return judge(a_file(), samples, {});
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
    CHECK(judge(a_file(), samples, {}).verdict == Verdict::regress);
    CHECK(judge(file, samples, {}).verdict == Verdict::promote);
    file.benchmarks[1].loss_max = 0.01;
    CHECK(judge(file, samples, {}).verdict == Verdict::regress);
}

TEST_CASE("all intervals inside the margin are equivalence; wider ones are none") {
    CHECK(judged(1.0, 1.0, 0.002).verdict == Verdict::equivalent);
    CHECK(judged(1.0, 1.0, 0.05).verdict == Verdict::hold);
    CHECK(judged(1.015, 1.0).verdict == Verdict::hold);  // some gain, but less than the margin
}

TEST_CASE("samples that spread too widely are unstable, too few are held") {
    CHECK(judged(1.0, 1.0, 2.5).verdict == Verdict::unstable);
    CHECK(judge(a_file(), {}, {}).verdict == Verdict::hold);
    BenchmarkFile empty = a_file();
    empty.benchmarks.clear();
    CHECK(judge(empty, {}, {}).verdict == Verdict::no_benchmark);
}

TEST_CASE("a sample without its partner, and a pair without its quadruple, are left out") {
    std::vector<Sample> samples;
    add_samples(samples, "main", 1.5, 0.004);
    samples.pop_back();
    CHECK(summarize(a_file(), samples).front().pairs == 18);
}

}  // namespace terrace::core
