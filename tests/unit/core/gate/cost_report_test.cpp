#include "scheduler/core/gate/cost_report.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace terrace::core {
namespace {

constexpr std::int64_t kBaselineBytes = 1000;

SideCost a_side(std::int64_t build, std::int64_t bytes, std::int64_t cpu_ms) {
    SideCost side;
    side.build = BuildId{build};
    side.built = true;
    side.bytes = bytes;
    side.debug_bytes = 10 * bytes;
    side.cpu_ms = cpu_ms;
    return side;
}

ComparedRow a_row(const std::string& package, Verdict verdict) {
    ComparedRow row;
    row.id = ComparisonId{static_cast<std::int64_t>(package.size())};
    row.package = package;
    row.variant = "v3";
    row.state = ComparisonState::decided;
    row.verdict = verdict;
    row.reason = "It is so.";
    row.of_baseline = a_side(1, kBaselineBytes, 500);
    row.of_variant = a_side(2, 1100, 700);
    if (verdict == Verdict::identical || verdict == Verdict::no_benchmark) return row;
    row.results = {{"speed", BenchmarkRole::primary, 20, 1.1, 1.05, 1.15, 0.01}};
    row.cpu = "Intel Xeon";
    row.measuring = {1, 9000, 4000};
    return row;
}

ComparedRow promoted(const std::string& package) {
    ComparedRow row = a_row(package, Verdict::promote);
    row.promoted = true;
    row.composed = true;
    return row;
}

ComparedRebuild a_rebuild(std::vector<ComparedRow> rows) {
    ComparedRebuild rebuild;
    rebuild.id = RebuildId{7};
    rebuild.release = "f45";
    rebuild.state = RebuildState::finished;
    rebuild.compose = ComposeId{3};
    rebuild.comparisons = std::move(rows);
    return rebuild;
}

GateRow held(const std::string& package, GateStage stage, const std::string& reason) {
    GateRow row;
    row.package = package;
    row.variant = "v3";
    row.answer = GateAnswer::held;
    row.stages = {{GateStage::build, StageState::passed, {}, {}, "Built."},
                  {GateStage::audit, StageState::waived, {}, {}, "Waived."},
                  {stage, StageState::failed, {}, {}, reason}};
    return row;
}

bool says(const VariantCost& cost, const std::string& text) {
    return std::ranges::any_of(cost.unknowns, [&](const std::string& sentence) {
        return sentence.find(text) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("what ships whole is all that was built, what ships by the gate is what passed") {
    ComparedRow failed = a_row("broken", Verdict::hold);
    failed.verdict.reset();
    failed.state = ComparisonState::cancelled;
    failed.results.clear();
    failed.measuring = {};
    failed.of_variant = SideCost{.build = BuildId{9}, .cpu_ms = 300};
    const CostReport report =
        cost_report(a_rebuild({promoted("zlib"), a_row("slow", Verdict::regress), failed}),
                    {held("slow", GateStage::verdict, "regress: It is so.")});
    REQUIRE(report.variants.size() == 1);
    const VariantCost& cost = report.variants.front();
    CHECK(cost.packages == 3);
    CHECK(cost.whole == Bill{2, 2200, 22000, 700 + 700 + 300, 0, 0});
    CHECK(cost.gated == Bill{1, 1100, 11000, 700 + 700 + 300, 8000, 18000});
    CHECK(cost.kept_up == Bill{1, 1100, 11000, 700, 0, 0});
    CHECK(cost.verdicts ==
          std::map<std::string, std::int64_t>{{"none", 1}, {"promote", 1}, {"regress", 1}});
    CHECK(cost.ships == std::map<std::string, std::int64_t>{{"baseline", 2}, {"variant", 1}});
    CHECK(says(cost, "1 package is not built on both sides"));
}

TEST_CASE("a row says what it gains, what it takes, and which stage holds it back") {
    const CostReport report =
        cost_report(a_rebuild({promoted("zlib"), a_row("slow", Verdict::regress)}),
                    {held("slow", GateStage::verdict, "regress: It is so.")});
    REQUIRE(report.rows.size() == 2);
    const CostRow& slow = report.rows.at(0);  // by package
    CHECK(slow.package == "slow");
    CHECK(slow.ships == Ships::baseline);
    CHECK(slow.held_by == GateStage::verdict);
    CHECK(slow.why_held == "regress: It is so.");
    CHECK(slow.size_ratio == doctest::Approx(1.1));
    const CostRow& zlib = report.rows.at(1);
    CHECK(zlib.ships == Ships::variant);
    CHECK_FALSE(zlib.held_by);
    CHECK(zlib.why_held.empty());
    CHECK(zlib.results.front().ratio == 1.1);
}

TEST_CASE("what ships is what the compose has, and before there is one what the gate decided") {
    ComparedRow left_out = promoted("group");
    left_out.composed = false;
    const auto ships = [&](RebuildState state, bool has_compose, const ComparedRow& row) {
        ComparedRebuild rebuild = a_rebuild({row});
        rebuild.state = state;
        if (!has_compose) rebuild.compose.reset();
        return cost_report(rebuild, {}).rows.front();
    };
    const CostRow by_rule = ships(RebuildState::finished, true, left_out);
    CHECK(by_rule.ships == Ships::baseline);
    CHECK(by_rule.why_held.find("a rule of the compose left it out") != std::string::npos);
    CHECK(ships(RebuildState::composing, false, left_out).ships == Ships::variant);
    CHECK(ships(RebuildState::running, false, left_out).ships == Ships::undecided);
    CHECK(ships(RebuildState::failed, false, left_out).ships == Ships::nothing);
    ComparedRow no_baseline = a_row("broken", Verdict::hold);
    no_baseline.of_baseline.built = false;
    CHECK(ships(RebuildState::finished, true, no_baseline).ships == Ships::nothing);
}

TEST_CASE("a size that is not known is no ratio, and time that was not spent is told") {
    ComparedRow row = promoted("zlib");
    row.of_baseline.bytes = 0;
    row.of_variant.reused = true;
    row.of_variant.attempts_without_cpu = 2;
    row.inherited_from = ComparisonId{1};
    const CostReport report = cost_report(a_rebuild({row}), {});
    CHECK_FALSE(report.rows.front().size_ratio);
    const VariantCost& cost = report.variants.front();
    CHECK(cost.reused_cpu_ms == 700);
    CHECK(says(cost, "2 attempts of the variant's builds ended without a figure"));
    CHECK(says(cost, "1 package has its verdict from an earlier rebuild"));
}

TEST_CASE("what is not known is said for each kind") {
    ComparedRow open = a_row("open", Verdict::hold);
    open.verdict.reset();
    open.state = ComparisonState::leased;
    ComparedRebuild rebuild =
        a_rebuild({a_row("none", Verdict::no_benchmark), a_row("none2", Verdict::no_benchmark),
                   a_row("unsure", Verdict::hold), open});
    rebuild.compose.reset();
    rebuild.state = RebuildState::running;
    const VariantCost cost = cost_report(rebuild, {}).variants.front();
    CHECK(says(cost, "1 package has no verdict yet."));
    CHECK(says(cost, "2 packages have no benchmark"));
    CHECK(says(cost, "1 package was measured, or was to be, without an answer"));
    CHECK(says(cost, "Gains are those on Intel Xeon"));
    CHECK(says(cost, "CPU time of measuring is that of the runs"));
    CHECK(says(cost, "as a mirror holds them"));
}

TEST_CASE("a package that is compared twice is built and shipped once, and measured twice") {
    const VariantCost cost =
        cost_report(a_rebuild({promoted("zlib"), promoted("zlib")}), {}).variants.front();
    CHECK(cost.packages == 1);
    CHECK(cost.gated == Bill{1, 1100, 11000, 700, 8000, 18000});
}

TEST_CASE("a rebuild of the baseline alone has an empty table") {
    const CostReport report = cost_report(a_rebuild({}), {});
    CHECK(report.rows.empty());
    CHECK(report.variants.empty());
    CHECK(report.compose == ComposeId{3});
}

}  // namespace terrace::core
