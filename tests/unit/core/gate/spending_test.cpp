#include "scheduler/core/gate/spending.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>

#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/sequential_density.hpp"
#include "tests/unit/core/gate/reference.hpp"

namespace terrace::core {
namespace {

const std::vector<double> kEqual = {0.25, 0.5, 0.75, 1};
const std::vector<double> kDoubling = {0.125, 0.25, 0.5, 1};

}  // namespace

TEST_CASE("boundaries at four equal looks are the published ones") {
    // ldbounds, gsDesign and East print these for one-sided 0.025.
    const std::array published = {4.3326, 2.9631, 2.3590, 2.0141};
    const std::vector<double> bounds = obrien_fleming_boundaries(kEqual, 0.025);
    REQUIRE(bounds.size() == published.size());
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        CHECK(bounds[i] == doctest::Approx(published[i]).epsilon(0.00003));
    }
    CHECK(close(bounds, reference("boundaries.equal_0.025")));
}

TEST_CASE("boundaries at 10, 20, 40 and 80 pairs equal rpact's") {
    CHECK(
        close(obrien_fleming_boundaries(kDoubling, 0.025), reference("boundaries.doubling_0.025")));
    CHECK(close(obrien_fleming_boundaries(kDoubling, 0.05), reference("boundaries.doubling_0.05")));
    CHECK(close(obrien_fleming_boundaries(kDoubling, 0.0125),
                reference("boundaries.doubling_0.0125")));
    std::vector<double> spent;
    for (const double fraction : kDoubling) spent.push_back(obrien_fleming_spent(fraction, 0.025));
    CHECK(close(spent, reference("spent.doubling_0.025")));
}

TEST_CASE("one look is the plain test, and a look at a time of its own changes none before it") {
    CHECK(close(obrien_fleming_boundaries(std::array{1.0}, 0.025).front(), 1.959963984540054));
    const std::vector<double> other =
        obrien_fleming_boundaries(std::array{0.125, 0.25, 0.6, 1.0}, 0.025);
    CHECK(close({other[0], other[1]}, {reference("boundaries.doubling_0.025")[0],
                                       reference("boundaries.doubling_0.025")[1]}));
}

TEST_CASE("stage-wise p-values equal rpact's") {
    const StagewiseOrdering order(kDoubling, obrien_fleming_boundaries(kDoubling, 0.025));
    for (std::size_t i = 0; i < reference("stagewise.z").size(); ++i) {
        const auto look = static_cast<std::size_t>(reference("stagewise.look")[i]) - 1;
        CAPTURE(i);
        CHECK(std::abs(order.p(look, reference("stagewise.z")[i]) - reference("stagewise.p")[i]) <
              1e-8);
    }
}

TEST_CASE("the p-value on the last boundary is the whole error, and crossing early is stronger") {
    const std::vector<double> bounds = obrien_fleming_boundaries(kDoubling, 0.025);
    const StagewiseOrdering order(kDoubling, bounds);
    CHECK(close(order.p(3, bounds[3]), 0.025));
    CHECK(order.p(1, bounds[1]) < order.p(3, 8));
}

TEST_CASE("the density of one step is a normal one, with drift, and loses what has stopped") {
    SequentialDensity density(3);
    CHECK(close(density.probability(0.25, {.low = 1.5}), 0.5));
    density.look(0.25, std::array{ZInterval{}});
    CHECK(close(density.probability(1, {.low = 3}), 0.5));
    CHECK(close(density.probability(1, {.low = 1, .high = 5}), normal_cdf(2) - normal_cdf(-2)));
    SequentialDensity stopped;
    stopped.look(0.5, std::array{ZInterval{-1, 0}, ZInterval{1, 2}});
    CHECK(close(stopped.probability(1, {}),
                normal_cdf(0) - normal_cdf(-1) + normal_cdf(2) - normal_cdf(1)));
    CHECK(stopped.probability(1, {.low = 2, .high = 1}) == 0);
}

}  // namespace terrace::core
