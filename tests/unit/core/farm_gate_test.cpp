// The gate as people and services ask it, and the waivers that they bring.
#include <doctest/doctest.h>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

Waiver a_waiver(TimePoint now) {
    Waiver waiver;
    waiver.release = "mini-1";
    waiver.package = "slow";
    waiver.variant = "x86_64_v3";
    waiver.stage = GateStage::verdict;
    waiver.author = "ann";
    waiver.reason = "Its users asked for it.";
    waiver.expires_at = now + 24h;
    return waiver;
}

RebuildId start(TestFarm& farm) {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return farm.get<MadeRebuild>(submit).id;
}

/// "slow" has no benchmark file and another code in its variant.
void work_off(TestFarm& farm, WorkerId worker) {
    while (const auto lease = farm.lease(worker)) {
        const bool v3 = lease->build && lease->build->target_arch == "x86_64_v3";
        AttemptReport report = an_ok_report(*lease, v3 ? 'f' : 'a');
        if (lease->build)
            report.rpms.push_back(an_rpm(lease->build->package, "1" + lease->build->dist, "src"));
        REQUIRE(farm.report(*lease, report).has_value());
    }
}

std::string refusal(TestFarm& farm, const Waiver& waiver) {
    const auto reply = farm.apply(AddWaiver{waiver});
    CHECK(farm.changes.empty());
    return reply ? "" : reply.error().message;
}

DecisionAnswer ask(TestFarm& farm, const std::string& nvr) {
    return farm.get<DecisionAnswer>(AskDecision{{"mini-1", "x86_64_v3", "koji_build", nvr}});
}

}  // namespace

TEST_CASE("a waiver must say who, why, how long and what, of things that there are") {
    TestFarm farm({a_package("slow")});
    const Waiver good = a_waiver(farm.now);
    const auto without = [&](auto change) {
        Waiver waiver = good;
        change(waiver);
        return refusal(farm, waiver);
    };
    CHECK(without([](Waiver& w) { w.release = "f99"; }).find("no release 'f99'") !=
          std::string::npos);
    CHECK(without([](Waiver& w) { w.variant = "x86_64"; }).find("beside its baseline") !=
          std::string::npos);
    CHECK(without([](Waiver& w) { w.package = "nosuch"; }) ==
          "No source package is named 'nosuch'.");
    CHECK(without([](Waiver& w) { w.author.clear(); }) == "A waiver needs an author and a reason.");
    CHECK(without([](Waiver& w) { w.reason.clear(); }) == "A waiver needs an author and a reason.");
    CHECK(without([&](Waiver& w) { w.expires_at = farm.now; }) ==
          "A waiver must expire in the future.");
    CHECK(without([](Waiver& w) { w.stage = GateStage::build; }).find("cannot be waived") !=
          std::string::npos);
    CHECK(without([](Waiver& w) { w.stage = GateStage::identity; }).find("cannot be waived") !=
          std::string::npos);
    CHECK(without([](Waiver& w) { w.stage = GateStage::abi_group; }).find("cannot be waived") !=
          std::string::npos);
}

TEST_CASE("a waived package ships, one that is not waived does not") {
    TestFarm farm({a_package("slow"), a_package("other")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    for (const GateStage stage : {GateStage::comparison, GateStage::verdict}) {
        Waiver waiver = a_waiver(farm.now);
        waiver.stage = stage;
        farm.get<MadeWaiver>(AddWaiver{waiver});
    }
    const RebuildId rebuild = start(farm);
    CHECK(farm.get<GateRows>(ShowGate{rebuild, "slow"}).rows.at(0).answer == GateAnswer::open);
    work_off(farm, worker);
    CHECK(farm.comparison("slow").verdict == Verdict::no_benchmark);
    CHECK(farm.comparison("slow").promoted);
    CHECK_FALSE(farm.comparison("other").promoted);
    const auto rows = farm.get<GateRows>(ShowGate{rebuild, ""}).rows;
    REQUIRE(rows.size() == 2);
    for (const GateRow& row : rows)
        CHECK((row.answer == GateAnswer::ships) == (row.package == "slow"));
    CHECK(farm.apply(ShowGate{rebuild, "nosuch"}).error().code == Errc::not_found);
    CHECK(farm.apply(ShowGate{RebuildId{99}, ""}).error().code == Errc::not_found);

    const DecisionAnswer slow = ask(farm, "slow-1-1.mini1.1");
    CHECK(slow.policies_satisfied);
    const DecisionAnswer other = ask(farm, "other-1-1.mini1.1");
    CHECK_FALSE(other.policies_satisfied);
    CHECK(other.unsatisfied_requirements.size() == 2);
}

TEST_CASE("a waiver that is revoked holds no more, and stays in the list of all") {
    TestFarm farm({a_package("slow")});
    const WaiverId id = farm.get<MadeWaiver>(AddWaiver{a_waiver(farm.now)}).id;
    CHECK(farm.get<Waivers>(ListWaivers{"mini-1", false}).rows.size() == 1);
    CHECK(farm.get<Waivers>(ListWaivers{"f45", false}).rows.empty());
    CHECK(farm.apply(RevokeWaiver{id, ""}).error().code == Errc::invalid_argument);
    CHECK(farm.apply(RevokeWaiver{WaiverId{9}, "bob"}).error().code == Errc::not_found);
    farm.now += 1h;
    farm.get<Done>(RevokeWaiver{id, "bob"});
    CHECK(farm.get<Waivers>(ListWaivers{"", false}).rows.empty());
    const auto all = farm.get<Waivers>(ListWaivers{"", true}).rows;
    REQUIRE(all.size() == 1);
    CHECK(all.front().revoked_by == "bob");
    CHECK(all.front().revoked_at == farm.now);
    farm.get<Done>(RevokeWaiver{id, "carol"});
    CHECK(farm.changes.empty());  // the first one counts
}

TEST_CASE("a decision needs a release, a variant and a subject; an unknown build has no results") {
    TestFarm farm({a_package("slow")});
    const auto code = [&](const DecisionRequest& request) {
        return farm.apply(AskDecision{request}).error().code;
    };
    CHECK(code({"f99", "x86_64_v3", "koji_build", "slow-1-1"}) == Errc::not_found);
    CHECK(code({"mini-1", "bodhi_update_push_stable", "koji_build", "slow-1-1"}) ==
          Errc::not_found);
    CHECK(code({"mini-1", "x86_64_v3", "koji_build", ""}) == Errc::invalid_argument);
    const DecisionAnswer unknown = ask(farm, "slow-1-1");
    CHECK_FALSE(unknown.policies_satisfied);
    CHECK(unknown.unsatisfied_requirements.size() == 8);
}

}  // namespace terrace::core::testing
