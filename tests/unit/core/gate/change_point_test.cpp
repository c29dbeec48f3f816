#include "scheduler/core/gate/change_point.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "scheduler/core/gate/split_mix.hpp"
#include "tests/unit/core/gate/reference.hpp"

namespace terrace::core {

TEST_CASE("the flow of the Nile fell in 1899") {
    const ChangePoint change = pettitt_test(reference("nile"));
    const std::vector<double>& expected = reference("nile.pettitt");
    CHECK(static_cast<double>(change.first_after) == expected[0]);
    CHECK(1871 + change.first_after == 1899);
    CHECK(close(change.statistic, expected[1]));
    CHECK(close(change.p, expected[2]));
}

TEST_CASE("a series that does not change has no small p, nor has one of equal or too few values") {
    SplitMix random(3);
    std::vector<double> steady;
    for (int i = 0; i < 40; ++i) steady.push_back(random.unit());
    CHECK(pettitt_test(steady).p > 0.05);
    CHECK(pettitt_test(std::vector<double>(40, 1.0)).p == 1);
    CHECK(pettitt_test(std::vector<double>{1}).p == 1);
}

TEST_CASE("a change is found where it is, and a single outlier is none") {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back((i < 25 ? 0 : 1) + 0.001 * ((i * 7) % 11));
    CHECK(pettitt_test(values).first_after == 25);
    CHECK(pettitt_test(values).p < 1e-4);
    for (int i = 25; i < 40; ++i) values[static_cast<std::size_t>(i)] -= 1;
    values[30] = 1000;
    CHECK(pettitt_test(values).p > 0.5);
}

}  // namespace terrace::core
