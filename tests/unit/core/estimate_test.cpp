#include "scheduler/core/estimate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/sim/sim_random.hpp"

namespace terrace::core {
namespace {

using Samples = std::vector<std::int64_t>;

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

BuildHistory a_history(const Samples& wall_ms_newest_first) {
    return {.release = "f45",
            .source = "gcc",
            .wall_ms = wall_ms_newest_first,
            .memory_peak_bytes = {},
            .disk_bytes = {}};
}

/// A normal deviate, by the sum of twelve uniform ones.
double normal(sim::SimRandom& random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += (random.below(1'000'000) + 0.5) / 1'000'000;
    return sum;
}

}  // namespace

TEST_CASE("quantiles of weighted samples, computed by hand") {
    struct Case {
        Samples newest_first;
        double q;
        double expected;
    };
    // Two samples stand at 0.5 / 1.7 and 1.35 / 1.7 when the newest is the lower one, at 0.35 / 1.7
    // and 1.2 / 1.7 when it is the higher one. Three of weights 1, 0.7, 0.49 sum up to 2.19.
    const std::vector<Case> cases = {
        {{70}, 0, 70},
        {{70}, 0.5, 70},
        {{70}, 1, 70},
        {{100, 200}, 0, 100},
        {{100, 200}, 0.5 / 1.7, 100},
        {{100, 200}, 0.5, 100 + 100 * (0.5 - 0.5 / 1.7) / (0.85 / 1.7)},
        {{100, 200}, 1.35 / 1.7, 200},
        {{100, 200}, 1, 200},
        {{200, 100}, 0.5, 100 + 100 * (0.5 - 0.35 / 1.7) / (0.85 / 1.7)},
        {{30, 10, 20}, 0.35 / 2.19, 10},
        {{30, 10, 20}, (0.7 + 0.245) / 2.19, 20},
        {{30, 10, 20}, (0.7 + 0.49 + 0.5) / 2.19, 30},
        {{30, 10, 20}, (0.7 + 0.49 + 0.1275) / 2.19, 25},
        {{30, 10, 20}, 0.99, 30},
        {{5, 5, 5, 5}, 0.3, 5},
    };
    for (const Case& c : cases) {
        CAPTURE(c.newest_first.front());
        CAPTURE(c.q);
        CHECK(weighted_quantile(c.newest_first, c.q) == doctest::Approx(c.expected).epsilon(1e-9));
    }
}

TEST_CASE("a quantile never falls when q grows, and stays between the extremes") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        sim::SimRandom random(seed);
        Samples samples;
        for (int i = random.below(8); i >= 0; --i) samples.push_back(1 + random.below(50));
        double last = static_cast<double>(std::ranges::min(samples));
        for (int percent = 0; percent <= 100; ++percent) {
            const double value = weighted_quantile(samples, percent / 100.0);
            REQUIRE(value >= last - 1e-9);
            last = value;
        }
        REQUIRE(last == static_cast<double>(std::ranges::max(samples)));
    }
}

TEST_CASE("the newest builds are remembered, and what was not measured is not") {
    BuildHistory history;
    for (int i = 1; i <= 10; ++i) history = remember(history, i * 1000, i % 2 == 0 ? i : 0, -1);
    CHECK(history.wall_ms == Samples{10000, 9000, 8000, 7000, 6000, 5000, 4000, 3000});
    CHECK(history.memory_peak_bytes == Samples{10, 8, 6, 4, 2});
    CHECK(history.disk_bytes.empty());
}

TEST_CASE("a package that was never built gets the defaults") {
    const Estimate expected{.seconds = 1800,
                            .seconds_low = 60,
                            .seconds_high = 14400,
                            .memory_bytes = 2 * kGiB,
                            .disk_bytes = 8 * kGiB,
                            .known = false,
                            .basis = "never built here: configured default"};
    CHECK(estimate_of(nullptr, {}) == expected);
    const BuildHistory empty;
    CHECK(estimate_of(&empty, {}) == expected);
}

TEST_CASE("one build is its own median, with a wide range") {
    BuildHistory history = remember({}, 100'000, kGiB, 0);
    const Estimate estimate = estimate_of(&history, {});
    CHECK(estimate.known);
    CHECK(estimate.basis == "median of 1 build");
    CHECK(estimate.seconds == 100);
    CHECK(estimate.seconds_low == doctest::Approx(100 / 2.318).epsilon(0.001));
    CHECK(estimate.seconds_high == doctest::Approx(100 * 2.318).epsilon(0.001));
    CHECK(estimate.memory_bytes == static_cast<std::int64_t>(std::ceil(1.2 * kGiB)));
    CHECK(estimate.disk_bytes == 8 * kGiB);
}

TEST_CASE("the range of a steady package narrows with every build, that of an unsteady one stays") {
    const BuildHistory once = a_history({100'000});
    const BuildHistory steady = a_history(Samples(8, 100'000));
    const BuildHistory unsteady = a_history({30'000, 300'000, 100'000, 30'000, 300'000, 100'000});
    const Estimate narrow = estimate_of(&steady, {});
    CHECK(narrow.basis == "median of 8 builds");
    CHECK(narrow.seconds_high > 100);
    CHECK(narrow.seconds_high < estimate_of(&once, {}).seconds_high * 0.7);
    CHECK(estimate_of(&unsteady, {}).seconds_high > 2 * estimate_of(&unsteady, {}).seconds);
}

TEST_CASE("memory is the greatest of few builds and a margin") {
    BuildHistory history = a_history({1000});
    history.memory_peak_bytes = {1000, 3000, 2000};
    history.disk_bytes = {5000};
    const Estimate estimate = estimate_of(&history, {});
    CHECK(estimate.memory_bytes == 3600);
    CHECK(estimate.disk_bytes == 6000);
}

TEST_CASE("about four of five builds end inside the range, however many were seen") {
    const double sigma = std::sqrt(std::log(1 + 0.49 * 0.49));
    sim::SimRandom random(1);
    const auto a_build = [&] {
        return static_cast<std::int64_t>(100'000 * std::exp(sigma * normal(random)));
    };
    for (std::size_t builds = 1; builds <= kSamplesMax; ++builds) {
        CAPTURE(builds);
        int inside = 0;
        constexpr int kPackages = 10'000;
        for (int i = 0; i < kPackages; ++i) {
            Samples samples;
            while (samples.size() < builds) samples.push_back(a_build());
            const BuildHistory history = a_history(samples);
            const Estimate estimate = estimate_of(&history, {});
            const double next = static_cast<double>(a_build()) / 1000;
            inside += next >= estimate.seconds_low && next <= estimate.seconds_high ? 1 : 0;
        }
        CAPTURE(inside);
        CHECK(inside >= kPackages * 74 / 100);
        CHECK(inside <= kPackages * 83 / 100);
    }
}

}  // namespace terrace::core
