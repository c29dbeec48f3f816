#include "scheduler/core/gate/truth.hpp"

#include <doctest/doctest.h>

namespace terrace::core {
namespace {

SelfComparison a_comparison(Verdict verdict, double low, double high) {
    return {ComparisonState::decided,
            verdict,
            {{"speed", BenchmarkRole::primary, 20, 1, low, high, 0.01},
             {"memory", BenchmarkRole::guarded, 20, 1, 0.99, 1.01, 0.01}}};
}

}  // namespace

TEST_CASE("a proportion's interval is Clopper and Pearson's") {
    // R: binom.test(x, n)$conf.int
    const auto check = [](std::int64_t count, std::int64_t of, double low, double high) {
        const Proportion found = proportion(count, of);
        CAPTURE(count);
        CAPTURE(of);
        CHECK(found.low == doctest::Approx(low).epsilon(1e-6));
        CHECK(found.high == doctest::Approx(high).epsilon(1e-6));
    };
    check(0, 200, 0, 0.01827534);
    check(2, 200, 0.001213349, 0.035654668);
    check(7, 21, 0.14587694, 0.56967548);
    check(10, 10, 0.69150289, 1);
    CHECK(proportion(0, 0) == Proportion{0, 0, 0, 0, 1});
}

TEST_CASE("truth counts what was said of identical sides, and what held") {
    const std::vector<SelfComparison> rows = {a_comparison(Verdict::equivalent, 0.995, 1.004),
                                              a_comparison(Verdict::hold, 0.98, 1.03),
                                              a_comparison(Verdict::promote, 1.03, 1.06),
                                              a_comparison(Verdict::regress, 0.9, 1.0),
                                              {ComparisonState::ready, {}, {}},
                                              {ComparisonState::cancelled, {}, {}},
                                              {ComparisonState::decided, Verdict::hold, {}}};
    const Truth truth = truth_of(rows);
    CHECK(truth.open == 1);
    CHECK(truth.unmeasured == 2);
    CHECK(truth.measured == 4);
    CHECK(truth.promoted.count == 1);
    CHECK(truth.promoted.of == 4);
    CHECK(truth.promoted.share == 0.25);
    CHECK(truth.regressed.count == 1);
    CHECK(truth.covered.count == 7);  // 1.0 itself is inside
    CHECK(truth.covered.of == 8);
    CHECK(truth.verdicts.at("equivalent") == 1);
    CHECK(truth.notes.size() == 2);
}

TEST_CASE("without a measurement nothing is known, and that is said") {
    const Truth truth = truth_of({});
    CHECK(truth.promoted == Proportion{0, 0, 0, 0, 1});
    REQUIRE(truth.notes.size() == 1);
    CHECK(truth.notes.front().find("not known") != std::string::npos);
}

TEST_CASE("a share is chosen by the key alone, and is as large as asked") {
    int chosen = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::string key = "f45/" + std::to_string(i) + "/zlib/v3";
        chosen += is_in_share(key, 0.05);
        CHECK_FALSE(is_in_share(key, 0));
        CHECK(is_in_share(key, 1));
        CHECK(is_in_share(key, 0.05) == is_in_share(key, 0.05));
    }
    CHECK(chosen > 400);
    CHECK(chosen < 600);
}

}  // namespace terrace::core
