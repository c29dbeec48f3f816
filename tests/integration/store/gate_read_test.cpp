// What the gate's reports read of the database.
#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "common/wire/json.hpp"
#include "scheduler/core/gate/cost_report.hpp"
#include "scheduler/core/gate/truth.hpp"
#include "scheduler/engine/ports.hpp"
#include "scheduler/store/pg_read.hpp"
#include "scheduler/store/pg_store.hpp"
#include "tests/integration/store/sample_farm.hpp"
#include "tests/integration/store/test_database.hpp"

using namespace terrace;
namespace json = boost::json;

namespace {

/// A database with the sample farm, and a reader of it.
struct Farm {
    test::TestDatabase database;
    store::PgRead read{database.dsn(), "/srv/published"};

    Farm() { store::PgStore(database.dsn()).commit(test::a_farm()); }
};

}  // namespace

TEST_CASE("a baseline against itself is told apart, and counted nowhere else") {
    Farm farm;
    core::Comparison itself = test::a_comparison();
    itself.id = ComparisonId{22};
    itself.kind = core::ComparisonKind::aa;
    itself.variant_build = itself.baseline_build;
    store::PgStore store(farm.database.dsn());
    store.commit({itself});
    itself.state = core::ComparisonState::decided;
    itself.verdict = Verdict::hold;
    itself.decided_at = TimePoint(std::chrono::hours(1));
    store.commit({itself});

    const json::value list = json::parse(farm.read.comparisons(RebuildId{1}, "aa", {}));
    REQUIRE(list.as_array().size() == 1);
    CHECK(list.at(0).at("id") == 22);
    CHECK(list.at(0).at("kind") == "aa");
    CHECK(json::parse(farm.read.comparisons(RebuildId{1}, "ab", {})).as_array().size() == 1);
    CHECK(json::parse(farm.read.rebuild(RebuildId{1}).value()).at("comparisons") ==
          json::parse(R"({"leased": 1})"));
    const auto costs =
        wire::from_text<core::ComparedRebuild>(farm.read.gate_costs(RebuildId{1}).value()).value();
    CHECK(costs.comparisons.size() == 1);
    for (const std::string release : {"", "mini-1"}) {
        const auto found =
            wire::from_text<std::vector<core::SelfComparison>>(farm.read.self_comparisons(release))
                .value();
        REQUIRE(found.size() == 1);
        CHECK(found[0].verdict == Verdict::hold);
        CHECK(found[0].results.front().ci_high == 1.25);
    }
    CHECK(farm.read.self_comparisons("other") == "[]");

    itself.promoted = true;
    CHECK_THROWS_AS(store.commit({itself}), engine::StoreError);
}

TEST_CASE("the cost of a comparison is that of both sides' attempts and of its own") {
    Farm farm;
    const auto costs =
        wire::from_text<core::ComparedRebuild>(farm.read.gate_costs(RebuildId{1}).value()).value();
    CHECK(costs.release == "mini-1");
    CHECK(costs.state == core::RebuildState::running);
    CHECK(costs.compose == ComposeId{31});
    REQUIRE(costs.comparisons.size() == 1);
    const core::ComparedRow& row = costs.comparisons.front();
    CHECK(row.package == "zlib");
    CHECK(row.state == core::ComparisonState::leased);
    CHECK_FALSE(row.composed);
    CHECK(row.of_baseline == SideCost{BuildId{11}, true, false, 100, 1000, 20'000, 0});
    CHECK(row.of_variant == SideCost{BuildId{12}, true, true, 100, 1000, 20'000, 0});
    CHECK(row.measuring == MeasuringCost{1, 12'000, 3});  // 3 samples of 950 us
    REQUIRE(row.results.size() == 1);
    CHECK(row.results.front().ratio == 1.125);
    CHECK_FALSE(farm.read.gate_costs(RebuildId{99}));
}
