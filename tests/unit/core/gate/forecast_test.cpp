#include "scheduler/core/gate/forecast.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/unit/core/gate/reference.hpp"

namespace terrace::core {
namespace {

Forecast forecast_of(double gain, double deviation) {
    return forecast({}, {}, std::log1p(gain), deviation, 0.5);
}

void compare(const Forecast& forecast, const std::vector<double>& expected) {
    REQUIRE(expected.size() == forecast.looks.size() * 3);
    for (std::size_t i = 0; i < forecast.looks.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(forecast.looks[i].promote - expected[3 * i]) < 1e-6);
        CHECK(std::abs(forecast.looks[i].regress - expected[3 * i + 1]) < 1e-6);
        CHECK(std::abs(forecast.looks[i].equivalent - expected[3 * i + 2]) < 1e-6);
    }
}

}  // namespace

TEST_CASE("the power of the whole procedure equals multivariate normal probabilities of R") {
    compare(forecast_of(0.04, 0.02), reference("forecast.gain_4_deviation_2"));
    compare(forecast_of(0, 0.015), reference("forecast.gain_0_deviation_1.5"));
    compare(forecast_of(-0.03, 0.03), reference("forecast.gain_-3_deviation_3"));
}

TEST_CASE("all ways to end add up, and cost is that of the pairs expected") {
    for (const double gain : {-0.03, 0.0, 0.015, 0.04}) {
        const Forecast f = forecast_of(gain, 0.012);
        CHECK(close(f.probability(Verdict::promote, 80) + f.probability(Verdict::regress, 80) +
                        f.probability(Verdict::equivalent, 80) + f.probability(Verdict::hold, 80),
                    1));
        CHECK(f.pairs_expected >= 10);
        CHECK(f.pairs_expected <= 80);
        CHECK(close(f.cpu_seconds_expected, f.pairs_expected / 2));
    }
}

TEST_CASE("more noise needs more pairs, and too much is never decided") {
    CHECK(forecast_of(0.04, 0.0001).pairs_until_decided(0.9) == 10);
    CHECK(forecast_of(0.04, 0.007).pairs_until_decided(0.9) == 40);
    CHECK(forecast_of(0.04, 0.02).pairs_until_decided(0.9) == 80);
    CHECK(forecast_of(0.04, 0.2).pairs_until_decided(0.9) == std::nullopt);
    CHECK(forecast_of(0.03, 0.01).probability(Verdict::promote, 40) <
          forecast_of(0.03, 0.01).probability(Verdict::promote, 80));
}

}  // namespace terrace::core
