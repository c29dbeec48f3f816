#include <doctest/doctest.h>

#include <cmath>

#include "scheduler/core/gate/distributions.hpp"
#include "scheduler/core/gate/one_sided_tests.hpp"
#include "tests/unit/core/gate/reference.hpp"

namespace terrace::core {

TEST_CASE("tests on Student's sleep data equal R's t.test") {
    const Moments slept = moments_of(reference("sleep"));
    CHECK(close(p_above(slept, 0.8), reference("sleep.p_above_0.8").front()));
    CHECK(close(score_above(slept, 0.8), reference("sleep.score_above_0.8").front()));
    CHECK(close(p_equivalence(slept, 0, 2), reference("sleep.p_equivalence_0_2").front()));
    const double reach = slept.standard_error() * student_upper_quantile(0.025, 9);
    CHECK(close({slept.mean - reach, slept.mean + reach}, reference("sleep.t_interval_95")));
    CHECK(slept.mean / slept.standard_error() == doctest::Approx(4.0621).epsilon(1e-5));  // 1908
}

TEST_CASE("the tails of Student's t equal R's, far out as well") {
    std::vector<double> upper;
    std::vector<double> scores;
    for (const double t : reference("student.t")) {
        upper.push_back(student_upper(t, 4));
        scores.push_back(normal_score(t, 9));
        CHECK(normal_score(-t, 9) == -normal_score(t, 9));
    }
    CHECK(close(upper, reference("student.upper_df4")));
    CHECK(close(scores, reference("student.score_df9")));
    std::vector<double> quantiles;
    for (const double p : {0.4, 0.025, 1e-5, 1e-10})
        quantiles.push_back(student_upper_quantile(p, 19));
    CHECK(close(quantiles, reference("student.quantile_df19")));
}

TEST_CASE("values that do not spread are evidence without limit, or none") {
    const std::vector<double> equal(5, 0.25);
    const Moments moments = moments_of(equal);
    CHECK(score_above(moments, 0) == kScoreMax);
    CHECK(score_above(moments, 0.5) == -kScoreMax);
    CHECK(score_above(moments, 0.25) == 0);
    CHECK(p_above(moments, 0) < 1e-12);
    CHECK(p_equivalence(moments, 0, 1) < 1e-12);
    CHECK(p_equivalence(moments, 0.5, 1) == doctest::Approx(1));
}

TEST_CASE("equivalence needs both sides") {
    const Moments moments = moments_of(std::vector{0.004, 0.005, 0.006, 0.005, 0.004, 0.006});
    CHECK(p_equivalence(moments, -0.01, 0.01) < 0.001);
    CHECK(p_equivalence(moments, -0.01, 0.005) == doctest::Approx(0.5));
    CHECK(p_equivalence(moments, 0.0055, 0.01) > 0.5);
}

}  // namespace terrace::core
