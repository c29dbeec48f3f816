#include <doctest/doctest.h>

#include <cmath>

#include "scheduler/core/gate/block_bootstrap.hpp"
#include "scheduler/core/gate/split_mix.hpp"
#include "tests/unit/core/gate/reference.hpp"

namespace terrace::core {

TEST_CASE("the BCa interval equals that of R's boot package on the same replicates") {
    const std::vector<double>& values = reference("bca.values");
    const std::vector<double> influence = jackknife_influence(values);
    CHECK(close(influence, reference("bca.influence")));
    double mean = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const auto& [name, tail] :
         {std::pair{"bca.interval_95", 0.025}, {"bca.interval_90", 0.05}}) {
        const ConfidenceInterval interval =
            bca_interval(mean, reference("bca.replicates"), influence, tail);
        CHECK(close({interval.low, interval.high}, reference(name)));
    }
}

TEST_CASE("with its own resampling it comes to what boot gives for many replicates") {
    const std::vector<double>& expected = reference("bca.expanded_95");
    const ConfidenceInterval interval =
        block_bootstrap_interval(reference("bca.values"), seed_of("a comparison"), 200'000);
    CHECK(interval.low == doctest::Approx(expected[0]).epsilon(0.01));
    CHECK(interval.high == doctest::Approx(expected[1]).epsilon(0.01));
}

TEST_CASE("the same blocks and seed give the same interval, another seed hardly another one") {
    const std::vector<double> blocks = {0.10, 0.12, 0.09, 0.11, 0.10, 0.13, 0.08, 0.11, 0.10, 0.10};
    const ConfidenceInterval first = block_bootstrap_interval(blocks, 1);
    CHECK(first == block_bootstrap_interval(blocks, 1));
    const ConfidenceInterval other = block_bootstrap_interval(blocks, 2);
    CHECK(first != other);
    CHECK(std::abs(first.low - other.low) < 0.002);
    CHECK(first.low < 0.104);
    CHECK(first.high > 0.104);
    CHECK(first.high - first.low < 0.03);
}

TEST_CASE("blocks without noise have an interval without width") {
    const ConfidenceInterval interval = block_bootstrap_interval(std::vector{0.5, 0.5, 0.5}, 1);
    CHECK(interval.low == doctest::Approx(0.5));
    CHECK(interval.high == doctest::Approx(0.5));
}

TEST_CASE("a skewed sample has a skewed interval, on the side of its tail") {
    const ConfidenceInterval interval = block_bootstrap_interval(
        std::vector{0.0, 0.0, 0.01, 0.0, 0.01, 0.0, 0.2, 0.0, 0.01, 0.0}, 1);
    const double mean = 0.023;
    CHECK(interval.high - mean > 2 * (mean - interval.low));
}

TEST_CASE("seeds belong to names, and random numbers are the same everywhere") {
    static_assert(seed_of("") == 0xcbf29ce484222325ULL);
    static_assert(seed_of("a") == 0xaf63dc4c8601ec8cULL);  // published FNV-1a test vectors
    SplitMix random(1234567);
    CHECK(random.next() == 6457827717110365317ULL);  // the reference implementation's
    CHECK(random.next() == 3203168211198807973ULL);
    for (int i = 0; i < 1000; ++i) CHECK(random.below(7) < 7);
}

}  // namespace terrace::core
