// A policy that asks for a verdict from each CPU vendor.
#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

FarmConfig a_config_for(const std::vector<std::string>& vendors) {
    FarmConfig config = a_config();
    config.releases.at("mini-1").gate.vendors = vendors;
    return config;
}

struct TwoVendors {
    explicit TwoVendors(const std::vector<std::string>& vendors = {"GenuineIntel", "AuthenticAMD"})
        : farm({a_package("fast")}, a_config_for(vendors)) {
        intel = farm.add_worker("intel", Level::x86_64_v4, "host-1", "GenuineIntel");
        SubmitRebuild submit;
        submit.release = "mini-1";
        rebuild = farm.get<MadeRebuild>(submit).id;
        for (int i = 0; i < 2; ++i) {
            const auto build = farm.lease(intel);
            const bool v3 = build->build->target_arch == "x86_64_v3";
            REQUIRE(farm.report(*build, an_ok_report(*build, v3 ? 'f' : 'a')).has_value());
        }
    }
    void measure(WorkerId worker, const Shape& shape = {}) {
        const auto lease = farm.lease(worker);
        REQUIRE(lease);
        REQUIRE(lease->comparison);
        farm.measure(*lease, shape);
        AttemptReport report;
        report.outcome = Outcome::ok;
        report.fence = lease->fence;
        REQUIRE(farm.apply(ReportAttempt{lease->attempt, report}).has_value());
    }
    WorkerId add_amd() {
        return farm.add_worker("amd", Level::x86_64_v3, "host-2", "AuthenticAMD");
    }
    GateRow row() {
        const auto rows = farm.get<GateRows>(ShowGate{rebuild, "fast"}).rows;
        REQUIRE(rows.size() == 1);
        return rows[0];
    }
    std::string reason(GateStage stage) {
        const GateRow gated = row();
        return std::ranges::find(gated.stages, stage, &StageResult::stage)->reason;
    }
    std::vector<Comparison> comparisons() const {
        std::vector<Comparison> all;
        for (const auto& [id, comparison] : farm.state().comparisons) all.push_back(comparison);
        return all;
    }

    TestFarm farm;
    WorkerId intel;
    RebuildId rebuild;
};

}  // namespace

TEST_CASE("without a policy on vendors a variant is measured once, on any CPU") {
    TwoVendors two({});
    REQUIRE(two.comparisons().size() == 1);
    two.measure(two.add_amd());
    CHECK(two.comparisons()[0].promoted);
}

TEST_CASE("each vendor's comparison goes to a worker of that vendor, and both must promote") {
    TwoVendors two;
    REQUIRE(two.comparisons().size() == 2);
    two.measure(two.intel);
    CHECK_FALSE(two.farm.lease(two.intel));  // the other one is not for it
    CHECK(two.row().answer == GateAnswer::open);
    CHECK(two.reason(GateStage::comparison) ==
          "AuthenticAMD: Unplaceable: No known worker has a CPU of AuthenticAMD. GenuineIntel: It "
          "was measured.");
    const WorkerId amd = two.add_amd();
    CHECK(two.reason(GateStage::comparison) ==
          "AuthenticAMD: It waits for a quiet host. GenuineIntel: It was measured.");
    two.measure(amd);
    CHECK(two.row().answer == GateAnswer::ships);
    for (const Comparison& row : two.comparisons()) {
        CHECK(row.promoted);
        CHECK(row.cpu.starts_with(row.vendor));
        CHECK(row.p_adjusted < 0.05);
    }
    REQUIRE(two.farm.state().composes.size() == 1);
}

TEST_CASE("what loses on one vendor's CPUs does not ship") {
    TwoVendors two;
    two.measure(two.intel);
    two.measure(two.add_amd(), {.ratio = 0.9});
    CHECK(two.row().answer == GateAnswer::held);
    CHECK(two.reason(GateStage::verdict).starts_with("AuthenticAMD: regress: "));
    for (const Comparison& row : two.comparisons()) CHECK_FALSE(row.promoted);
    CHECK(two.farm.state().rebuilds.at(two.rebuild).state == RebuildState::composing);
}

TEST_CASE("a worker that turns out to be another vendor's loses the comparison") {
    TwoVendors two;
    const auto lease = two.farm.lease(two.intel);
    REQUIRE(lease->comparison);
    WorkerHello moved = a_worker("intel", Level::x86_64_v4, "host-1");
    moved.vendor = "AuthenticAMD";
    two.farm.get<Registered>(RegisterWorker{moved});
    CHECK(two.farm.state().leases.empty());
    CHECK(two.comparisons()[0].state == ComparisonState::ready);
}

TEST_CASE("a vendor that the policy asks for no more is waited for no more") {
    TwoVendors two;
    two.measure(two.intel);
    const FarmConfig config = a_config_for({"GenuineIntel"});
    Farm later(config, two.farm.state());
    later.resume(two.farm.now);
    const auto& rows = later.state().comparisons;
    CHECK(rows.at(ComparisonId{1}).promoted);
    CHECK(rows.at(ComparisonId{2}).state == ComparisonState::cancelled);
    CHECK(rows.at(ComparisonId{2}).reason ==
          "The policy asks for no CPU of AuthenticAMD any more.");
    CHECK(later.state().rebuilds.at(two.rebuild).state == RebuildState::composing);
}

TEST_CASE("one comparison stays where the policy asks for none of its vendors any more") {
    TwoVendors two;
    const FarmConfig config = a_config();
    Farm later(config, two.farm.state());
    later.resume(two.farm.now);
    const auto& rows = later.state().comparisons;
    CHECK(rows.at(ComparisonId{1}).state == ComparisonState::cancelled);
    CHECK(rows.at(ComparisonId{2}).state == ComparisonState::ready);
}

}  // namespace terrace::core::testing
