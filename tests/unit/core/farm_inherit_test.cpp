// Which earlier verdict holds for a later rebuild, too.
#include <doctest/doctest.h>

#include <functional>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

struct Later {
    std::string version = "1";
    std::string release = "1";
    std::string compiler = "gcc-15.1-1.x86_64";
    std::string first_compiler = "gcc-15.1-1.x86_64";
    Duration after = 24h;
    std::function<void(FarmConfig&)> change = [](FarmConfig&) {};  ///< between the two
    GatePolicy gate = {};                                          ///< of the second rebuild
};

/// Works everything off; what is measured gains.
void work_off(TestFarm& farm, WorkerId worker, const std::string& compiler) {
    while (const auto lease = farm.lease(worker)) {
        const bool v3 = lease->build && lease->build->target_arch == "x86_64_v3";
        AttemptReport report = an_ok_report(*lease, v3 ? 'f' : 'a');
        if (lease->build && !compiler.empty()) report.buildroot_packages = {compiler};
        REQUIRE(farm.report(*lease, report).has_value());
    }
}

RebuildId start(TestFarm& farm) {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return farm.get<MadeRebuild>(submit).id;
}

/// The comparison of "fast" in a second rebuild.
Comparison second_time(const Later& later) {
    FarmConfig config = a_config();
    TestFarm first({a_package("fast")}, config);
    WorkerId worker = first.add_worker("w", Level::x86_64_v4, "host");
    start(first);
    work_off(first, worker, later.first_compiler);
    first.get<Done>(ComposeEnded{ComposeId{1}, ""});
    REQUIRE(first.comparison("fast").promoted);
    REQUIRE_FALSE(first.comparison("fast").verdict_key.empty());
    const ComparisonId measured = first.comparison("fast").id;

    config.releases.at("mini-1").gate = later.gate;
    later.change(config);
    TestFarm farm(first, config);
    farm.now += later.after;
    SourcePackage package = a_package("fast");
    package.version = later.version;
    package.release = later.release;
    if (later.version != "1" || later.release != "1")
        package.srpm_digest.hex = std::string(64, '9');
    farm.get<MadePackageSet>(ImportPackageSet{"mini-1", {package}});
    worker = farm.add_worker("w", Level::x86_64_v4, "host");
    start(farm);
    work_off(farm, worker, later.compiler);
    const Comparison found = farm.comparison("fast");
    REQUIRE(found.id != measured);
    CHECK(found.verdict == Verdict::promote);
    CHECK(found.promoted);
    if (found.inherited_from) {
        CHECK(found.inherited_from == measured);
        CHECK_FALSE(found.p);
        CHECK(found.verdict_key.empty());
        CHECK(found.results == farm.state().comparisons.at(measured).results);
    } else {
        CHECK(found.p);
    }
    return found;
}

bool inherits(const Later& later) {
    return second_time(later).inherited_from.has_value();
}

}  // namespace

TEST_CASE("another patch level of the same version inherits, and says from where") {
    const Comparison found = second_time({.release = "2"});
    REQUIRE(found.inherited_from.has_value());
    CHECK(
        found.reason.starts_with("Inherited from comparison 1 of fast-1-1, measured on "
                                 "2026-11-22: Benchmark 'speed': ratio 2.000"));
}

TEST_CASE("another version, compiler or set of flags does not") {
    CHECK_FALSE(inherits({.version = "2"}));
    CHECK_FALSE(inherits({.release = "2", .compiler = "gcc-15.2-1.x86_64"}));
    CHECK_FALSE(inherits({.release = "2", .change = [](FarmConfig& config) {
                              config.releases.at("mini-1").variants[1].digest = "w";
                          }}));
    CHECK_FALSE(inherits({.release = "2", .change = [](FarmConfig& config) {
                              config.releases.at("mini-1").packages["fast"].extra_flags = "-O3";
                          }}));
    CHECK_FALSE(inherits({.release = "2", .compiler = "", .first_compiler = ""}));  // not known
}

TEST_CASE("what benchmark file is measured is part of the verdict; its margins are not") {
    CHECK_FALSE(inherits({.change = [](FarmConfig& config) {
        config.benchmarks.at("fast").benchmarks[0].command = "fast --anew";
    }}));
    CHECK_FALSE(inherits({.change = [](FarmConfig& config) {
        config.benchmarks.at("fast").corpus = "another one";
    }}));
    CHECK(inherits({.change = [](FarmConfig& config) {
        config.benchmarks.at("fast").benchmarks[0].loss_max = 0.05;
    }}));
}

TEST_CASE("the policy says what is inherited, and for how long") {
    GatePolicy same;
    same.inherit = InheritPolicy::same_builds;
    CHECK_FALSE(inherits({.release = "2", .gate = same}));
    CHECK(inherits({.gate = same}));
    CHECK(inherits({.compiler = "", .first_compiler = "", .gate = same}));
    GatePolicy none;
    none.inherit = InheritPolicy::none;
    CHECK_FALSE(inherits({.gate = none}));
    GatePolicy month;
    month.inherit_max = std::chrono::days(30);
    CHECK(inherits({.release = "2", .after = std::chrono::days(29), .gate = month}));
    CHECK_FALSE(inherits({.release = "2", .after = std::chrono::days(31), .gate = month}));
}

}  // namespace terrace::core::testing
