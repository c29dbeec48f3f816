// The gate's reports over HTTP: what the database has, joined with what the engine says.
#include <doctest/doctest.h>

#include <string>

#include "common/vocab/cost_report.hpp"
#include "common/vocab/truth.hpp"
#include "common/wire/json.hpp"
#include "scheduler/core/gate/policy_test.hpp"
#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {

TEST_CASE("the cost table joins what the gate says with what was recorded") {
    FarmTalk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        if (std::get<core::ShowGate>(event).rebuild == RebuildId{9})
            return Error{Errc::not_found, "There is no rebuild 9."};
        return core::Reply(core::GateRows{});
    };
    const auto answer = talk.get("/v1/rebuilds/7/gate/report");
    REQUIRE(answer.status == 200);
    const auto report = wire::from_text<CostReport>(answer.body).value();
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].package == "zlib");
    CHECK(report.rows[0].ships == Ships::variant);
    CHECK(report.rows[0].of_variant.cpu_ms == 7000);
    CHECK(report.rows[0].of_baseline.cpu_ms == std::nullopt);
    REQUIRE(report.variants.size() == 1);
    CHECK(report.variants[0].gated == Bill{1, 1200, 0, 7000, 4000, 9000});
    CHECK(report.truth.promoted.count == 1);
    CHECK(report.truth.covered.of == 2);
    CHECK(talk.get("/v1/rebuilds/9/gate/report").status == 404);
    CHECK(talk.get("/v1/rebuilds/x/gate/report").status == 400);
}

TEST_CASE("the truth is told of a release, or of all") {
    FarmTalk talk;
    const auto answer = talk.get("/v1/gate/truth?release=f45");
    REQUIRE(answer.status == 200);
    const auto truth = wire::from_text<Truth>(answer.body).value();
    CHECK(truth.release == "f45");
    CHECK(truth.measured == 2);
    CHECK(truth.promoted.count == 1);
    CHECK(truth.covered.count == 1);
    CHECK(wire::from_text<Truth>(talk.get("/v1/gate/truth").body).value().measured == 0);
    CHECK(talk.get("/v1/gate/truth?release=f99").status == 404);
}

TEST_CASE("a policy is tested by the reader of release files, on the rebuild's samples") {
    FarmTalk talk;
    talk.farm.engine.decide = [](const core::Event& event) -> Result<core::Reply> {
        if (std::get<core::AskGateFacts>(event).rebuild == RebuildId{9})
            return Error{Errc::not_found, "There is no rebuild 9."};
        core::GateFacts row;
        row.package = "zlib";
        row.comparison.id = ComparisonId{17};
        row.comparison.variant = "v3";
        row.comparison.verdict = Verdict::promote;
        row.comparison.results = {{}};
        row.benchmark = BenchmarkFile{"zlib", {"zlib"}, "", {{"speed", "run"}}};
        return core::Reply(core::GateFactsOfRebuild{RebuildId{7}, {}, {row}});
    };
    const auto answer =
        talk.post("/v1/rebuilds/7/gate/policy-test", R"({"policy":"gate: {gain_min: 0.1}\n"})");
    REQUIRE(answer.status == 200);
    const auto test = wire::from_text<PolicyTest>(answer.body).value();
    CHECK(test.compared == 1);
    REQUIRE(test.unknown.size() == 1);  // this database has no samples
    CHECK(test.unknown[0].package == "zlib");
    CHECK(talk.post("/v1/rebuilds/7/gate/policy-test", R"({"policy":"gain_min: 0.1\n"})").status ==
          200);
    const auto refused =
        talk.post("/v1/rebuilds/7/gate/policy-test", R"({"policy":"gate: {gain_max: 1}\n"})");
    CHECK(refused.status == 400);
    CHECK(refused.body.find("gate.gain_max") != std::string::npos);
    CHECK(talk.post("/v1/rebuilds/9/gate/policy-test", R"({"policy":"gain_min: 0\n"})").status ==
          404);
}

}  // namespace terrace::rest
