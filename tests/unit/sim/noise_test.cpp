#include "tests/sim/app/noise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace terrace::sim {
namespace {

constexpr int kDraws = 60'000;

std::vector<double> many_factors() {
    std::vector<double> factors;
    for (int i = 0; i < kDraws; ++i) {
        Draw draw(1, "build-" + std::to_string(i));
        factors.push_back(draw_noise(draw));
    }
    return factors;
}

}  // namespace

TEST_CASE("unit numbers of neighbouring names are spread evenly") {
    double sum = 0;
    int low = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double unit = Draw(7, "n" + std::to_string(i)).unit();
        REQUIRE(unit > 0);
        REQUIRE(unit < 1);
        sum += unit;
        low += unit < 0.1 ? 1 : 0;
    }
    CHECK(sum / kDraws == doctest::Approx(0.5).epsilon(0.01));
    CHECK(low / static_cast<double>(kDraws) == doctest::Approx(0.1).epsilon(0.02));
}

TEST_CASE("a draw depends on its name and seed only") {
    CHECK(Draw(1, "a").bits() == Draw(1, "a").bits());
    CHECK(Draw(1, "a").bits() != Draw(2, "a").bits());
    CHECK(Draw(1, "a").bits() != Draw(1, "b").bits());
    CHECK(Draw(1, "a").bits() == 18285478540908292461ULL);  // here as on every other machine
}

TEST_CASE("the noise has the mean and the spread that it should have") {
    std::vector<double> factors = many_factors();
    double sum = 0;
    for (const double factor : factors) sum += factor;
    CHECK(sum / kDraws == doctest::Approx(1.0137).epsilon(0.01));

    // The body without most of the tail: the log-normal's own quantiles give back its spread.
    std::ranges::sort(factors);
    const auto quantile = [&](double share) {
        return factors[static_cast<std::size_t>(share * kDraws)];
    };
    const double sigma = std::log(quantile(0.8413) / quantile(0.1587)) / 2;
    CHECK(std::sqrt(std::exp(sigma * sigma) - 1) == doctest::Approx(0.49).epsilon(0.03));
    CHECK(factors.back() > 5);  // the tail is there
    CHECK(factors.front() > 0);
}

}  // namespace terrace::sim
