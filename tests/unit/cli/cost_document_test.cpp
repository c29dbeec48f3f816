#include "cli/reports/cost_document.hpp"

#include <doctest/doctest.h>

#include "cli/reports/forest_plot.hpp"

using namespace terrace;
using namespace terrace::cli;

namespace {

CostRow a_row(const std::string& package, Verdict verdict, double ratio) {
    CostRow row;
    row.package = package;
    row.variant = "x86_64_v3";
    row.verdict = verdict;
    row.reason = "Benchmark 'a': measured.";
    row.results = {{"a", BenchmarkRole::primary, 20, ratio, ratio - 0.05, ratio + 0.05, 0.01}};
    row.ships = verdict == Verdict::promote ? Ships::variant : Ships::baseline;
    row.of_baseline = {BuildId{1}, true, true, 2048, 0, 1500, 0};
    row.of_variant = {BuildId{2}, true, false, 4096, 0, std::nullopt, 1};
    row.size_ratio = 2.0;
    row.measuring = {1, 90'000, 40'000};
    return row;
}

CostReport a_report() {
    CostReport report;
    report.rebuild = RebuildId{3};
    report.release = "f45";
    report.state = "finished";
    report.compose = ComposeId{8};
    report.rows = {a_row("argon2", Verdict::promote, 1.5), a_row("libsvm", Verdict::regress, 0.9)};
    report.rows[1].why_held = "regress: Benchmark 'a': measured.";
    VariantCost cost;
    cost.variant = "x86_64_v3";
    cost.packages = 2;
    cost.verdicts = {{"promote", 1}, {"regress", 1}};
    cost.ships = {{"variant", 1}, {"baseline", 1}};
    cost.whole = {2, 8192, 0, 7'200'000, 0, 0};
    cost.gated = {1, 4096, 0, 7'200'000, 80'000, 180'000};
    cost.kept_up = {1, 4096, 0, 3'600'000, 0, 0};
    cost.unknowns = {"Little is known."};
    report.variants = {cost};
    report.truth.measured = 200;
    report.truth.promoted = {1, 200, 0.005, 0.000127, 0.0275};
    return report;
}

}  // namespace

TEST_CASE("the report says what whole and by the gate cost, what is unknown, and every package") {
    const std::string text = to_markdown(cost_document(a_report(), std::nullopt));
    CAPTURE(text);
    for (const char* part :
         {"# What the variants of f45 gain, and what they cost: rebuild 3\n",
          "published as compose 8.", "1 of 2 source packages ship for x86_64_v3.",
          "| Source packages that ship | 2 | 1 | 1 |",
          "| CPU, building | 2.00 h | 2.00 h | 1.00 h |",
          "| CPU, measuring | 0.00 h | 0.02 h | 0.00 h |", "- Little is known.",
          "| argon2 | x86_64_v3 | promote | +50.0 % | \\[+45.0, +55.0\\] | variant | "
          "Benchmark 'a': measured. |",
          "| libsvm | x86_64_v3 | regress | -10.0 % | \\[-15.0, -5.0\\] | baseline | "
          "Benchmark 'a': measured. |",
          "| argon2 | x86_64_v3 | 2.0 KiB | 4.0 KiB | 2.000 | 1.5 s (earlier) | - | 40.0 s | "
          "90.0 s |",
          "| Comparisons that said promote | 1 of 200 | 0.5 % | \\[0.0 %, 2.8 %\\] |"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("a rebuild without variants says so") {
    CostReport report = a_report();
    report.rows.clear();
    report.variants.clear();
    const std::string text = to_markdown(cost_document(report, std::nullopt));
    CHECK(text.find("there is nothing to compare") != std::string::npos);
    CHECK(text.find("Every package") == std::string::npos);
}

TEST_CASE("a gain is a percentage, and what has no bound has none") {
    CHECK(format_gain(1.0312) == "+3.1 %");
    CHECK(format_gain(0.9) == "-10.0 %");
    CHECK(format_gain_interval(0.98, 1.2) == "[-2.0, +20.0]");
    CHECK(format_gain_interval(0.001, 1000) == "[-, +]");
}

TEST_CASE("the forest plot has the largest gain first, and only what was measured") {
    CostReport report = a_report();
    CostRow unmeasured = a_row("cmark", Verdict::no_benchmark, 1);
    unmeasured.results.clear();
    report.rows.insert(report.rows.begin(), unmeasured);
    std::swap(report.rows[1], report.rows[2]);
    const std::vector<ForestRow> rows = forest_rows(report);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].label == "argon2");
    CHECK(rows[0].ratio == 1.5);
    CHECK(rows[1].label == "libsvm");
    report.variants.push_back(report.variants.front());
    CHECK(forest_rows(report).front().label == "argon2 (x86_64_v3)");
}

TEST_CASE("of very many packages those that differ most are drawn") {
    CostReport report = a_report();
    report.rows.clear();
    for (int i = 0; i < 300; ++i)
        report.rows.push_back(a_row("p" + std::to_string(i), Verdict::equivalent, 1 + 0.0001 * i));
    const std::vector<ForestRow> rows = forest_rows(report);
    REQUIRE(rows.size() == kForestRowsMax);
    CHECK(rows.front().label == "p299");
    CHECK(rows.back().label == "p200");
}

TEST_CASE("a name cannot leave its place in the plot's script") {
    CostReport report = a_report();
    report.rows[0].package = "a'\nsystem 'x %";
    const std::string script = forest_script(forest_rows(report));
    CHECK(script.find("'a'' system ''x %%' 0") != std::string::npos);
}

TEST_CASE("a gain of several times has its interval inside the plot, and tics that fit") {
    const std::string script = forest_script({{"xxhash", Verdict::promote, 4.75, 4.25, 5.25},
                                              {"libsvm", Verdict::regress, 0.75, 0.72, 0.78}});
    CHECK(script.find("set xrange [0.7059:5.3550]") != std::string::npos);
    CHECK(script.find("'0 %%' 1.0000, '-20 %%' 0.8000, '+20 %%' 1.2000, '+50 %%' 1.5000") !=
          std::string::npos);
    CHECK(script.find("0 4.750000 4.250000 5.250000") != std::string::npos);
}

TEST_CASE("gnuplot draws what it is told") {
    const std::string svg = draw_forest(forest_rows(a_report()), true);
    CHECK(svg.find("<svg") != std::string::npos);
    CHECK(svg.find("argon2") != std::string::npos);
    CHECK(svg.find("regress") != std::string::npos);
}
