#include "scheduler/core/gate/policy_test.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/verdict.hpp"

namespace terrace::core {
namespace {

constexpr int kPairs = 40;
constexpr const char* kCpu = "GenuineIntel 6-85";

BenchmarkFile a_file(const std::string& package) {
    return {.package = package,
            .install = {package},
            .corpus = "",
            .benchmarks = {{.name = "speed", .command = "run"}}};
}

/// Blocks of ABBA whose ratio is the one asked for, give or take 0.4 %.
Measured samples_of(ComparisonId id, const BenchmarkFile& file, double ratio) {
    Measured measured;
    const AttemptId attempt{id.value};
    for (int pair = 0; pair < kPairs; ++pair) {
        for (const bool variant : {false, true}) {
            ComparisonSample sample;
            sample.benchmark = "speed";
            sample.attempt = attempt;
            sample.comparison = id;
            sample.pair = pair;
            sample.variant = variant;
            const double noise = 1 + 0.002 * (pair / 2 % 3 - 1);
            sample.user_us = static_cast<std::int64_t>(1'000'000 * (variant ? noise / ratio : 1.0));
            measured.samples[{attempt, "speed", pair, variant}] = sample;
        }
    }
    ComparisonLook look;
    look.attempt = attempt;
    look.comparison = id;
    look.pairs = kPairs;
    look.cpu = kCpu;
    look.benchmark_digest = digest_of(file);
    measured.looks[{attempt, kPairs}] = look;
    return measured;
}

/// A rebuild whose packages were measured at these ratios and decided by the default policy.
struct Rebuilt {
    GateFactsOfRebuild facts;
    std::map<ComparisonId, Measured> measured;

    void add(const std::string& package, double ratio) {
        GateFacts row;
        row.package = package;
        row.benchmark = a_file(package);
        row.baseline.state = row.variant.state = BuildState::succeeded;
        row.baseline.variant = "x86_64";
        row.variant.variant = "v3";
        row.baseline.code_identity.hex = std::string(64, 'a');
        row.variant.code_identity.hex = std::string(64, 'b');
        Comparison& comparison = row.comparison;
        comparison.id = ComparisonId{static_cast<std::int64_t>(facts.rows.size()) + 1};
        comparison.variant = "v3";
        comparison.state = ComparisonState::decided;
        comparison.cpu = kCpu;
        measured[comparison.id] = samples_of(comparison.id, *row.benchmark, ratio);
        const GatePolicy policy;
        const Progress progress =
            progress_of(measured[comparison.id], kCpu, digest_of(*row.benchmark));
        Judgement judgement =
            judge(gate_of(policy, *row.benchmark), policy, *row.benchmark, progress);
        REQUIRE_FALSE(judgement.pairs_next);
        comparison.verdict = judgement.verdict;
        comparison.results = judgement.results;
        comparison.reason = judgement.reason;
        comparison.p = judgement.p;
        comparison.promoted = judgement.verdict == Verdict::promote;
        facts.rows.push_back(std::move(row));
    }
    PolicyTest test(const GatePolicy& policy) const { return test_policy(facts, measured, policy); }
};

/// The default, but for what the test is about.
GatePolicy with(const std::function<void(GatePolicy&)>& change) {
    GatePolicy policy;
    change(policy);
    return policy;
}

void widen(GatePolicy& policy) {
    policy.gain_min = 0.1;
    policy.loss_max = 0.2;
}

}  // namespace

TEST_CASE("the policy that decided changes nothing") {
    Rebuilt rebuilt;
    rebuilt.add("faster", 1.05);
    rebuilt.add("same", 1.0);
    rebuilt.add("slower", 0.95);
    CHECK(rebuilt.facts.rows[0].comparison.verdict == Verdict::promote);
    CHECK(rebuilt.facts.rows[1].comparison.verdict == Verdict::equivalent);
    CHECK(rebuilt.facts.rows[2].comparison.verdict == Verdict::regress);
    const PolicyTest test = rebuilt.test({});
    CHECK(test.compared == 3);
    CHECK(test.changes.empty());
    CHECK(test.unknown.empty());
}

TEST_CASE("other margins give other verdicts, and say why") {
    Rebuilt rebuilt;
    rebuilt.add("slower", 0.95);
    rebuilt.add("faster", 1.05);
    const PolicyTest test = rebuilt.test(with(widen));
    REQUIRE(test.changes.size() == 2);
    CHECK(test.changes[0].package == "faster");
    CHECK(test.changes[0].before == Verdict::promote);
    CHECK(test.changes[0].after == Verdict::equivalent);
    CHECK(test.changes[0].ships_before);
    CHECK(test.changes[0].ships_after == false);
    CHECK(test.changes[0].why.find("Stage verdict: equivalent:") == 0);
    CHECK(test.changes[1].package == "slower");
    CHECK(test.changes[1].after == Verdict::equivalent);
}

TEST_CASE("what was not stored cannot be known") {
    Rebuilt rebuilt;
    rebuilt.add("faster", 1.05);
    CHECK(rebuilt.test(with([](GatePolicy& p) {
                     p.looks = {60, 80};
                 }))
              .unknown.front()
              .why == "It would be measured up to 60 pairs, and 40 are stored.");
    rebuilt.facts.rows[0].benchmark->benchmarks[0].command = "run --faster";
    CHECK(rebuilt.test({}).unknown.front().why.find("another one than was measured") !=
          std::string::npos);
    rebuilt.facts.rows[0].benchmark.reset();
    const PolicyTest test = rebuilt.test({});
    REQUIRE(test.unknown.size() == 1);
    CHECK_FALSE(test.unknown[0].after);
    CHECK_FALSE(test.unknown[0].ships_after);
    CHECK(test.changes.empty());
}

TEST_CASE("what was never measured changes by what the gate makes of it") {
    Rebuilt rebuilt;
    rebuilt.add("none", 1.0);
    Comparison& comparison = rebuilt.facts.rows[0].comparison;
    comparison.verdict = Verdict::no_benchmark;
    comparison.results.clear();
    comparison.p.reset();
    CHECK(rebuilt.test({}).changes.empty());
    const PolicyTest test =
        rebuilt.test(with([](GatePolicy& p) { p.no_benchmark = UndecidedPolicy::ship; }));
    REQUIRE(test.changes.size() == 1);
    CHECK(test.changes[0].after == Verdict::no_benchmark);
    CHECK(test.changes[0].ships_after == true);
}

TEST_CASE("an inherited verdict rests on the samples of the one that it is from") {
    Rebuilt rebuilt;
    rebuilt.add("faster", 1.05);
    Comparison& comparison = rebuilt.facts.rows[0].comparison;
    rebuilt.measured[ComparisonId{99}] = rebuilt.measured[comparison.id];
    rebuilt.measured.erase(comparison.id);
    CHECK(rebuilt.test({}).unknown.size() == 1);
    comparison.inherited_from = ComparisonId{99};
    CHECK(rebuilt.test({}).unknown.empty());
    CHECK(rebuilt.test(with(widen)).changes.size() == 1);
}

TEST_CASE("a vendor that the policy asks for and that was not measured holds the package back") {
    Rebuilt rebuilt;
    rebuilt.add("faster", 1.05);
    rebuilt.facts.rows[0].comparison.vendor = "GenuineIntel";
    CHECK(rebuilt.test(with([](GatePolicy& p) { p.vendors = {"GenuineIntel"}; })).changes.empty());
    const PolicyTest test = rebuilt.test(with([](GatePolicy& p) {
        p.vendors = {"GenuineIntel", "AuthenticAMD"};
    }));
    REQUIRE(test.changes.size() == 1);
    CHECK(test.changes[0].vendor == "GenuineIntel");
    CHECK(test.changes[0].after == Verdict::promote);
    CHECK(test.changes[0].ships_after == false);
    CHECK(test.changes[0].why.find("Stage comparison:") == 0);
}

TEST_CASE("of two vendors that were measured the weaker decides") {
    Rebuilt rebuilt;
    rebuilt.add("faster", 1.05);
    rebuilt.add("faster", 1.2);
    for (GateFacts& row : rebuilt.facts.rows) row.comparison.vendor = "GenuineIntel";
    rebuilt.facts.rows[1].comparison.vendor = "AuthenticAMD";
    const PolicyTest test = rebuilt.test(with(widen));
    REQUIRE(test.changes.size() == 2);
    for (const PolicyTestRow& row : test.changes) CHECK(row.ships_after == false);
    CHECK(std::ranges::count(test.changes, Verdict::promote, &PolicyTestRow::after) == 1);
}

TEST_CASE("what its own stages did not hold is held by any policy") {
    Rebuilt rebuilt;
    rebuilt.add("faster", 1.05);
    rebuilt.facts.rows[0].comparison.promoted = false;  // its ABI group's doing
    CHECK(rebuilt.test({}).changes.empty());
}

TEST_CASE("what has no verdict is not tested, and is counted") {
    Rebuilt rebuilt;
    rebuilt.add("open", 1.05);
    rebuilt.facts.rows[0].comparison.verdict.reset();
    rebuilt.facts.rows[0].comparison.state = ComparisonState::leased;
    const PolicyTest test = rebuilt.test({});
    CHECK(test.compared == 0);
    CHECK(test.open == 1);
}

}  // namespace terrace::core
