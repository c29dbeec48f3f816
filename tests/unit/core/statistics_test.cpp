#include "scheduler/core/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

namespace terrace::core {

TEST_CASE("Student's t quantile matches published tables") {
    CHECK(student_t_975(1) == doctest::Approx(12.706).epsilon(0.0001));
    CHECK(student_t_975(4) == doctest::Approx(2.776).epsilon(0.003));
    CHECK(student_t_975(9) == doctest::Approx(2.262).epsilon(0.0005));
    CHECK(student_t_975(19) == doctest::Approx(2.093).epsilon(0.0005));
    CHECK(student_t_975(1000) == doctest::Approx(1.962).epsilon(0.0005));
}

TEST_CASE("the estimate is deterministic, and its interval shrinks with the noise") {
    const std::vector<double> values = {0.10, 0.12, 0.09, 0.11, 0.10, 0.13, 0.08, 0.11, 0.10, 0.10};
    const LogRatioEstimate first = estimate_log_ratio(values);
    CHECK(first.mean == doctest::Approx(0.104));
    CHECK(first.low == estimate_log_ratio(values).low);
    CHECK(first.low < first.mean);
    CHECK(first.high > first.mean);
    CHECK(first.high - first.low < 0.03);
}

TEST_CASE("values without noise have an interval without width") {
    const LogRatioEstimate estimate = estimate_log_ratio({0.5, 0.5, 0.5});
    CHECK(estimate.low == doctest::Approx(0.5));
    CHECK(estimate.high == doctest::Approx(0.5));
    CHECK(estimate.deviation == doctest::Approx(0.0));
}

TEST_CASE("the 95 % interval of ten quadruples covers the truth about as often as it says") {
    // Normal noise by the sum of twelve uniform numbers of a small generator.
    std::uint64_t state = 1;
    const auto uniform = [&] {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<double>(state >> 11) / 9007199254740992.0;
    };
    int covered = 0;
    constexpr int kExperiments = 400;
    for (int i = 0; i < kExperiments; ++i) {
        std::vector<double> values;
        for (int j = 0; j < 10; ++j) {
            double normal = -6;
            for (int k = 0; k < 12; ++k) normal += uniform();
            values.push_back(0.02 * normal);
        }
        const LogRatioEstimate estimate = estimate_log_ratio(values);
        covered += estimate.low <= 0 && estimate.high >= 0 ? 1 : 0;
    }
    CHECK(covered >= kExperiments * 92 / 100);
    CHECK(covered <= kExperiments * 98 / 100);
}

}  // namespace terrace::core
