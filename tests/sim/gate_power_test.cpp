// The gate on simulated comparisons with known truth and noise like that recorded: a quick form of
// tests/bench/gate_power, with its bounds widened by four binomial deviations.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "tests/bench/gate_power/experiments.hpp"

namespace terrace::bench {
namespace {

constexpr int kExperiments = 200;

double slack(double share) {
    return 4 * std::sqrt(share * (1 - share) / kExperiments);
}

Experiments of(const NoiseSource& source, double noise = 0.01) {
    return {.source = source, .noise = noise, .count = kExperiments, .threads = 1};
}

}  // namespace

TEST_CASE("true losses and no difference are not promoted, whatever the noise") {
    const NoiseSource source{NoiseModel{}};
    for (const double noise : {0.01, 0.06}) {
        CAPTURE(noise);
        const Tally none = simulate(of(source, noise), "no difference", 0);
        CHECK(none.share(none.promote) <= 0.01 + slack(0.01));
        const Tally loss = simulate(of(source, noise), "loss", -0.02);
        CHECK(loss.share(loss.promote) <= 0.001 + slack(0.001));
    }
}

TEST_CASE("a gain at the margin is promoted no more often than the error allows") {
    const NoiseSource source{NoiseModel{}};
    const Tally margin = simulate(of(source), "margin", 0.02);
    CHECK(margin.share(margin.promote) <= 0.025 + slack(0.025));
}

TEST_CASE("+4 % at 1 % noise is promoted after at most 40 pairs") {
    const NoiseSource source{NoiseModel{}};
    const Tally gain = simulate(of(source), "gain", 0.04);
    CHECK(gain.share(gain.promote_by_40) >= 0.95 - slack(0.95));
}

TEST_CASE("intervals hold the truth as often as they say: 80 pairs, and whenever it stops") {
    const NoiseSource source{NoiseModel{}};
    const FixedCoverage fixed = fixed_coverage(of(source), "fixed");
    for (const double share : {fixed.bootstrap, fixed.student}) {
        CHECK(share >= 0.94 - slack(0.94));
        CHECK(share <= 0.96 + slack(0.96));
    }
    for (const double gain : {-0.03, 0.0, 0.02, 0.04}) {
        CAPTURE(gain);
        const Tally tally = simulate(of(source), "coverage", gain);
        CHECK(tally.share(tally.covered) >= 0.94 - slack(0.94));
    }
}

TEST_CASE("looks save two fifths of the runs of a rebuild's mix") {
    const NoiseSource source{NoiseModel{}};
    CHECK(simulate_mix(of(source), "mix").saved() >= 0.4);
}

TEST_CASE("figures do not depend on the number of threads") {
    const NoiseSource source{NoiseModel{}};
    Experiments what = of(source);
    what.count = 40;
    const Tally one = simulate(what, "threads", 0.03);
    what.threads = 2;
    const Tally two = simulate(what, "threads", 0.03);
    CHECK(one.pairs == two.pairs);
    CHECK(one.promote == two.promote);
    CHECK(one.covered == two.covered);
}

TEST_CASE("the model's noise has the shape of what was recorded") {
    std::vector<NoiseSeries> recorded;
    for (const char* file : {"own-cpu-0", "own-cpu-1", "shared-cpu"}) {
        for (NoiseSeries& series :
             read_recorded(std::string("tests/data/samples/") + file + ".tsv"))
            recorded.push_back(std::move(series));
    }
    CHECK(recorded.size() == 18);
    std::vector<NoiseSeries> model;
    core::SplitMix random(core::seed_of("shape"));
    for (int i = 0; i < 300; ++i) model.push_back(model_series({}, random, 48));
    const NoiseShape is = median_shape(recorded);
    const NoiseShape made = median_shape(model);
    CHECK(made.pair_deviation == doctest::Approx(1).epsilon(0.1));
    CHECK(made.block_over_pair == doctest::Approx(is.block_over_pair).epsilon(0.1));
    CHECK(made.run_kurtosis == doctest::Approx(is.run_kurtosis).epsilon(0.25));
    CHECK(made.block_kurtosis == doctest::Approx(is.block_kurtosis).epsilon(0.25));
    CHECK(std::abs(made.run_correlation[0] - is.run_correlation[0]) < 0.15);
    CHECK(std::abs(made.run_correlation[1] - is.run_correlation[1]) < 0.15);
    CHECK(std::abs(made.block_correlation - is.block_correlation) < 0.1);
}

}  // namespace terrace::bench
