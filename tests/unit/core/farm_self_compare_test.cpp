// Baselines against themselves: measured after all else, and without any influence.
#include <doctest/doctest.h>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

FarmConfig measuring_all() {
    FarmConfig config = a_config();
    config.releases.at("mini-1").gate.aa_share = 1;
    config.benchmarks["quick"] = config.benchmarks.at("fast");
    config.benchmarks["quick"].package = "quick";
    return config;
}

RebuildId start(TestFarm& farm) {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return farm.get<MadeRebuild>(submit).id;
}

void build_all(TestFarm& farm, WorkerId worker) {
    while (farm.state().leases.empty()) {
        const auto lease = farm.lease(worker);
        REQUIRE(lease);
        if (!lease->build) return;  // builds go before comparisons, so all are done
        const bool v3 = lease->build->target_arch == "x86_64_v3";
        REQUIRE(farm.report(*lease, an_ok_report(*lease, v3 ? 'f' : 'a')).has_value());
    }
}

const Comparison* of_kind(const TestFarm& farm, ComparisonKind kind) {
    for (const auto& [id, row] : farm.state().comparisons) {
        if (row.kind == kind) return &row;
    }
    return nullptr;
}

const Comparison& leased_by(const TestFarm& farm, const LeaseGrant& lease) {
    return farm.state().comparisons.at(*farm.state().leases.at(lease.attempt).comparison);
}

/// A comparison of each kind; the one that decides is over, and the lease is of the other.
LeaseGrant measured_up_to_itself(TestFarm& farm, WorkerId worker) {
    start(farm);
    build_all(farm, worker);
    const auto first = farm.lease(worker);
    REQUIRE(first);
    CHECK(leased_by(farm, *first).kind == ComparisonKind::ab);
    farm.measure(*first, {.ratio = 2});
    REQUIRE(farm.report(*first, an_ok_report(*first, 'x')).has_value());
    const auto second = farm.lease(worker);
    REQUIRE(second);
    REQUIRE(leased_by(farm, *second).kind == ComparisonKind::aa);
    return *second;
}

}  // namespace

TEST_CASE("the baseline is measured against itself, with the same packages on both sides") {
    TestFarm farm({a_package("fast")}, measuring_all());
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const LeaseGrant lease = measured_up_to_itself(farm, worker);
    const Comparison& itself = *of_kind(farm, ComparisonKind::aa);
    CHECK(itself.baseline_build == farm.build("fast", "x86_64").id);
    CHECK(itself.variant_build == itself.baseline_build);
    CHECK(itself.variant == "x86_64_v3");
    CHECK(lease.comparison->baseline_rpms == lease.comparison->variant_rpms);
    CHECK_FALSE(lease.comparison->baseline_rpms.empty());
}

TEST_CASE("no rebuild waits for it, and what it says changes nothing") {
    TestFarm farm({a_package("fast")}, measuring_all());
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const LeaseGrant lease = measured_up_to_itself(farm, worker);
    const auto rebuild = [&]() -> const Rebuild& { return farm.state().rebuilds.begin()->second; };
    REQUIRE(rebuild().state == RebuildState::composing);
    const Comparison decided = *of_kind(farm, ComparisonKind::ab);
    CHECK(decided.promoted);
    CHECK(decided.p_adjusted == decided.p);  // alone in its family
    farm.apply(ComposeEnded{farm.state().composes.begin()->first, ""});
    REQUIRE(rebuild().state == RebuildState::finished);

    farm.measure(lease, {.ratio = 2});  // a false promotion
    REQUIRE(farm.report(lease, an_ok_report(lease, 'x')).has_value());
    const Comparison& itself = *of_kind(farm, ComparisonKind::aa);
    CHECK(itself.verdict == Verdict::promote);
    CHECK_FALSE(itself.promoted);
    CHECK_FALSE(itself.p_adjusted);
    CHECK(*of_kind(farm, ComparisonKind::ab) == decided);
    const GateRows gate = farm.get<GateRows>(ShowGate{rebuild().id, ""});
    CHECK(gate.rows.size() == 1);
    CHECK_FALSE(farm.lease(worker));
    farm.restart();
    CHECK_FALSE(farm.lease(worker));
}

TEST_CASE("every comparison that decides something goes first, whatever its class") {
    TestFarm farm({a_package("fast"), a_package("quick")}, measuring_all());
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    start(farm);
    build_all(farm, worker);
    std::vector<ComparisonKind> order;
    while (const auto lease = farm.lease(worker)) {
        order.push_back(leased_by(farm, *lease).kind);
        farm.measure(*lease, {.ratio = 2});
        REQUIRE(farm.report(*lease, an_ok_report(*lease, 'x')).has_value());
    }
    CHECK(order == std::vector{ComparisonKind::ab, ComparisonKind::ab, ComparisonKind::aa,
                               ComparisonKind::aa});
}

TEST_CASE("a share of none measures nothing twice, and nor does what is not measured once") {
    TestFarm none({a_package("fast")});
    const WorkerId worker = none.add_worker("w", Level::x86_64_v4, "host");
    start(none);
    build_all(none, worker);
    CHECK_FALSE(of_kind(none, ComparisonKind::aa));

    TestFarm without({a_package("slow")}, measuring_all());  // it has no benchmark
    const WorkerId other = without.add_worker("w", Level::x86_64_v4, "host");
    start(without);
    while (const auto lease = without.lease(other))
        REQUIRE(without.report(*lease, an_ok_report(*lease, lease->build->target_arch.back()))
                    .has_value());
    CHECK_FALSE(of_kind(without, ComparisonKind::aa));
}

TEST_CASE("it ends when its packages are removed, which it does not keep") {
    FarmConfig config = measuring_all();
    config.releases.at("mini-1").composes_kept = 1;
    TestFarm farm({a_package("fast")}, config);
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const auto publish = [&] {
        start(farm);
        build_all(farm, worker);
        const auto first = farm.lease(worker);
        REQUIRE(first);
        farm.measure(*first, {.ratio = 2});
        REQUIRE(farm.report(*first, an_ok_report(*first, 'x')).has_value());
        farm.apply(ComposeEnded{farm.state().composes.rbegin()->first, ""});
        REQUIRE(farm.state().composes.rbegin()->second.state == ComposeState::finished);
    };
    publish();
    const ComparisonId itself = of_kind(farm, ComparisonKind::aa)->id;
    SourcePackage newer = a_package("fast");
    newer.version = "2";
    newer.srpm_digest.hex = std::string(64, 'e');
    farm.apply(ImportPackageSet{"mini-1", {newer}});
    publish();
    farm.now += std::chrono::days(60);
    farm.apply(CollectGarbage{});
    const Comparison& ended = farm.state().comparisons.at(itself);
    CHECK(ended.state == ComparisonState::cancelled);
    CHECK(ended.reason == "No host was free for it before its packages were removed.");
}

TEST_CASE("it ends with a cancelled rebuild") {
    TestFarm farm({a_package("fast")}, measuring_all());
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId rebuild = start(farm);
    build_all(farm, worker);
    REQUIRE(of_kind(farm, ComparisonKind::aa));
    farm.apply(CancelRebuild{rebuild});
    CHECK(of_kind(farm, ComparisonKind::aa)->state == ComparisonState::cancelled);
    CHECK(farm.state().leases.empty());
    CHECK_FALSE(farm.lease(worker));
}

}  // namespace terrace::core::testing
