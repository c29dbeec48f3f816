#include "scheduler/core/gate/stages.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/gate/greenwave.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

/// Both sides built, other code, measured and promoted; a test changes what it is about.
struct Rows {
    Build baseline;
    Build variant;
    Comparison comparison;
    std::vector<Comparison> others;  ///< of further vendors
    std::map<ComparisonId, std::string> unplaceable;
    PackageRule rule;
    std::vector<RpmFile> baseline_rpms = {an_rpm("fast", "1", "x86_64"),
                                          an_rpm("fast-doc", "1", "noarch")};
    std::vector<RpmFile> variant_rpms = {an_rpm("fast", "1", "x86_64_v3")};
    std::vector<Waiver> waivers;
    GatePolicy policy;

    Rows() {
        baseline.variant = "x86_64";
        variant.variant = "x86_64_v3";
        baseline.state = variant.state = BuildState::succeeded;
        baseline.code_identity.hex = std::string(64, 'a');
        variant.code_identity.hex = std::string(64, 'b');
        comparison.state = ComparisonState::decided;
        comparison.verdict = Verdict::promote;
        comparison.reason = "It is faster.";
        comparison.results = {{"speed", BenchmarkRole::primary, 20, 1.1, 1.05, 1.15, 0.01}};
    }

    std::vector<const Comparison*> comparisons() const {
        std::vector<const Comparison*> all = {&comparison};
        for (const Comparison& other : others) all.push_back(&other);
        return all;
    }
    std::vector<StageResult> stages(TimePoint now = kStart) const {
        return gate_stages({.baseline = &baseline,
                            .variant = &variant,
                            .comparisons = comparisons(),
                            .unplaceable = unplaceable,
                            .baseline_rpms = baseline_rpms,
                            .variant_rpms = variant_rpms,
                            .rule = &rule,
                            .waivers = waivers,
                            .now = now},
                           policy);
    }
    StageResult at(GateStage stage, TimePoint now = kStart) const {
        return stages(now).at(static_cast<std::size_t>(stage));
    }
    StageState state(GateStage stage) const { return at(stage).state; }
    GateAnswer answer(TimePoint now = kStart) const { return gate_answer(stages(now)); }
    void undecided(ComparisonState state) {
        comparison.state = state;
        comparison.verdict.reset();
        comparison.results.clear();
    }
    void found(Verdict verdict, bool measured = true) {
        comparison.verdict = verdict;
        if (!measured) comparison.results.clear();
    }
};

Waiver a_waiver(GateStage stage) {
    Waiver waiver;
    waiver.id = WaiverId{7};
    waiver.stage = stage;
    waiver.author = "ann";
    waiver.reason = "I looked.";
    waiver.created_at = kStart - std::chrono::hours(1);
    waiver.expires_at = kStart + std::chrono::hours(1);
    return waiver;
}

}  // namespace

TEST_CASE("what passes every stage ships") {
    const Rows rows;
    for (const StageResult& stage : rows.stages()) {
        CAPTURE(stage.reason);
        CHECK(stage.state == StageState::passed);
    }
    CHECK(rows.answer() == GateAnswer::ships);
}

TEST_CASE("the build that is behind decides, and the stages after it follow") {
    Rows rows;
    rows.variant.state = BuildState::ready;
    CHECK(rows.state(GateStage::build) == StageState::queued);
    CHECK(rows.state(GateStage::audit) == StageState::queued);
    CHECK(rows.answer() == GateAnswer::open);
    rows.variant.state = BuildState::leased;
    CHECK(rows.state(GateStage::build) == StageState::running);
    CHECK(rows.state(GateStage::check) == StageState::running);
    rows.variant.state = BuildState::failed;
    rows.undecided(ComparisonState::cancelled);
    CHECK(rows.state(GateStage::build) == StageState::failed);
    CHECK(rows.state(GateStage::check) == StageState::missing);
    CHECK(rows.state(GateStage::parity) == StageState::missing);
    CHECK(rows.state(GateStage::comparison) == StageState::missing);
    CHECK(rows.state(GateStage::verdict) == StageState::missing);
    CHECK(rows.answer() == GateAnswer::held);
    rows.variant.outcome = Outcome::check_failed;
    CHECK(rows.state(GateStage::check) == StageState::failed);
    rows.variant.state = BuildState::cancelled;
    CHECK(rows.state(GateStage::build) == StageState::missing);
}

TEST_CASE("%check that a rule skips is waived by that rule") {
    Rows rows;
    rows.rule.skip_check = "It needs the network.";
    CHECK(rows.state(GateStage::check) == StageState::waived);
    CHECK(rows.at(GateStage::check).reason.find("It needs the network.") != std::string::npos);
    CHECK(rows.answer() == GateAnswer::ships);
}

TEST_CASE("both sides must make the same packages; noarch ones are the baseline's") {
    Rows rows;
    rows.variant_rpms.push_back(an_rpm("fast-debuginfo", "1", "x86_64_v3"));
    CHECK(rows.state(GateStage::parity) == StageState::passed);
    rows.variant_rpms.push_back(an_rpm("fast-libs", "1", "x86_64_v3"));
    CHECK(rows.state(GateStage::parity) == StageState::failed);
    CHECK(rows.at(GateStage::parity).reason == "Only one side made fast-libs-0:1-1.");
    CHECK(rows.answer() == GateAnswer::held);
    rows.variant_rpms = {an_rpm("fast", "2", "x86_64_v3")};
    CHECK(rows.state(GateStage::parity) == StageState::failed);
}

TEST_CASE("the facets of packages must be the same, unless the policy only reports them") {
    Rows rows;
    rows.baseline.interfaces = {{"fast", {"provides", "sonames"}, {1, 2}}};
    CHECK(rows.state(GateStage::parity) == StageState::passed);  // the other one's are not known
    rows.variant.interfaces = {{"fast", {"provides", "sonames"}, {1, 3}}};
    CHECK(rows.at(GateStage::parity).reason ==
          "The variant's packages are not the baseline's: sonames of fast.");
    CHECK(rows.state(GateStage::parity) == StageState::failed);
    CHECK(rows.state(GateStage::audit) == StageState::passed);
    CHECK(rows.answer() == GateAnswer::held);
    rows.policy.parity = FindingPolicy::report;
    CHECK(rows.at(GateStage::parity).reason.starts_with("Reported only: The variant's"));
    CHECK(rows.answer() == GateAnswer::ships);
    rows.variant_rpms.clear();  // what a client would miss holds back all the same
    CHECK(rows.state(GateStage::parity) == StageState::failed);
    rows.policy.parity = FindingPolicy::require;
    rows.variant_rpms = {an_rpm("fast", "1", "x86_64_v3")};
    rows.variant.interfaces = {{"fast", {}, {}}, {"a", {}, {}}, {"b", {}, {}}, {"c", {}, {}}};
    CHECK(rows.at(GateStage::parity).reason ==
          "The variant's packages are not the baseline's: a is in one of them only, b is in one of "
          "them only, c is in one of them only, and more.");
}

TEST_CASE("findings of the audit are reported, or hold back, as the policy says") {
    Rows rows;
    rows.variant.audit_findings = {"libfast.so: hot() has vpaddd zmm"};
    CHECK(rows.state(GateStage::audit) == StageState::passed);
    CHECK(rows.at(GateStage::audit).reason.starts_with("Reported only: "));
    rows.policy.audit = FindingPolicy::require;
    CHECK(rows.state(GateStage::audit) == StageState::failed);
    CHECK(rows.answer() == GateAnswer::held);
}

TEST_CASE("identical code never ships") {
    Rows rows;
    rows.variant.code_identity = rows.baseline.code_identity;
    rows.found(Verdict::identical, false);
    CHECK(rows.state(GateStage::identity) == StageState::failed);
    CHECK(rows.state(GateStage::comparison) == StageState::missing);
    for (const GateStage stage : {GateStage::identity, GateStage::comparison, GateStage::verdict})
        rows.waivers.push_back(a_waiver(stage));
    CHECK(rows.answer() == GateAnswer::held);
    CHECK(rows.state(GateStage::identity) == StageState::failed);  // no word can ship it
}

TEST_CASE("a comparison is queued, running, and then measured or not") {
    Rows rows;
    rows.undecided(ComparisonState::waiting);
    CHECK(rows.state(GateStage::comparison) == StageState::queued);
    rows.undecided(ComparisonState::ready);
    CHECK(rows.state(GateStage::comparison) == StageState::queued);
    CHECK(rows.state(GateStage::verdict) == StageState::queued);
    rows.undecided(ComparisonState::leased);
    CHECK(rows.state(GateStage::comparison) == StageState::running);
    CHECK(rows.answer() == GateAnswer::open);
    rows.comparison.state = ComparisonState::decided;
    rows.found(Verdict::hold, false);
    CHECK(rows.state(GateStage::comparison) == StageState::failed);
    CHECK(rows.state(GateStage::verdict) == StageState::failed);
}

TEST_CASE("every verdict but promote holds back, unless the policy ships what is not known") {
    for (const Verdict verdict :
         {Verdict::regress, Verdict::equivalent, Verdict::unstable, Verdict::hold}) {
        Rows rows;
        rows.found(verdict);
        CHECK(rows.state(GateStage::verdict) == StageState::failed);
        rows.policy.hold = UndecidedPolicy::ship;
        CHECK(rows.answer() == (verdict == Verdict::hold ? GateAnswer::ships : GateAnswer::held));
    }
    Rows rows;
    rows.found(Verdict::no_benchmark, false);
    CHECK(rows.state(GateStage::comparison) == StageState::missing);
    CHECK(rows.state(GateStage::verdict) == StageState::missing);
    CHECK(rows.answer() == GateAnswer::held);
    rows.policy.no_benchmark = UndecidedPolicy::ship;
    CHECK(rows.state(GateStage::comparison) == StageState::waived);
    CHECK(rows.answer() == GateAnswer::ships);
}

TEST_CASE("a variant ships when it gains on CPUs of each vendor that the policy asks for") {
    Rows rows;
    rows.policy.vendors = {"GenuineIntel", "AuthenticAMD"};
    rows.comparison.vendor = "GenuineIntel";
    CHECK(rows.state(GateStage::comparison) == StageState::missing);
    CHECK(rows.at(GateStage::verdict).reason ==
          "AuthenticAMD: It was not measured on such a CPU: the policy asks for it since the "
          "rebuild began. GenuineIntel: promote: It is faster.");
    rows.others = {rows.comparison};
    rows.others[0].id = ComparisonId{2};
    rows.others[0].vendor = "AuthenticAMD";
    CHECK(rows.answer() == GateAnswer::ships);
    CHECK(rows.at(GateStage::verdict).reason ==
          "AuthenticAMD: promote: It is faster. GenuineIntel: promote: It is faster.");
    rows.others[0].verdict = Verdict::regress;
    rows.others[0].reason = "It is slower.";
    CHECK(rows.state(GateStage::comparison) == StageState::passed);
    CHECK(rows.at(GateStage::verdict).reason ==
          "AuthenticAMD: regress: It is slower. GenuineIntel: promote: It is faster.");
    CHECK(rows.answer() == GateAnswer::held);
}

TEST_CASE("a vendor of which there is no worker makes the comparison unplaceable") {
    Rows rows;
    rows.policy.vendors = {"GenuineIntel", "AuthenticAMD"};
    rows.comparison.vendor = "GenuineIntel";
    rows.others = {rows.comparison};
    rows.others[0].id = ComparisonId{2};
    rows.others[0].vendor = "AuthenticAMD";
    rows.others[0].state = ComparisonState::ready;
    rows.others[0].verdict.reset();
    rows.others[0].reason.clear();
    CHECK(rows.at(GateStage::comparison).reason ==
          "AuthenticAMD: It waits for a quiet host. GenuineIntel: It was measured.");
    rows.unplaceable[ComparisonId{2}] = "No known worker has a CPU of AuthenticAMD.";
    CHECK(rows.state(GateStage::comparison) == StageState::queued);
    CHECK(rows.at(GateStage::comparison).reason ==
          "AuthenticAMD: Unplaceable: No known worker has a CPU of AuthenticAMD. GenuineIntel: It "
          "was measured.");
    CHECK(rows.state(GateStage::verdict) == StageState::queued);
    CHECK(rows.answer() == GateAnswer::open);
}

TEST_CASE("what was measured before the policy named vendors counts for the vendor it was on") {
    Rows rows;
    rows.policy.vendors = {"GenuineIntel"};
    rows.comparison.cpu = "AuthenticAMD 25-1-1";
    CHECK(rows.answer() == GateAnswer::held);
    rows.comparison.cpu = "GenuineIntel 6-85-7";
    CHECK(rows.answer() == GateAnswer::ships);
    // Of a vendor that is not asked for any more: measured counts, cancelled does not.
    rows.others = {rows.comparison};
    rows.others[0].vendor = "AuthenticAMD";
    rows.others[0].verdict = Verdict::regress;
    CHECK(rows.answer() == GateAnswer::held);
    rows.others[0].state = ComparisonState::cancelled;
    rows.others[0].verdict.reset();
    CHECK(rows.answer() == GateAnswer::ships);
}

TEST_CASE("a variant that grows beyond its budget is held, whatever its verdict") {
    Rows rows;
    rows.baseline.installed_bytes = 1000;
    rows.variant.installed_bytes = 1200;
    CHECK(rows.answer() == GateAnswer::ships);  // the policy has no budget
    rows.policy.size_growth_max = 0.2;
    CHECK(rows.answer() == GateAnswer::ships);
    rows.variant.installed_bytes = 1201;
    CHECK(rows.state(GateStage::verdict) == StageState::failed);
    CHECK(
        rows.at(GateStage::verdict).reason ==
        "hold: installed, it takes 20.1 % more (1201 bytes, the baseline 1000); the policy allows "
        "20.0 %. promote: It is faster.");
    rows.baseline.installed_bytes = 0;  // an older build: not known
    CHECK(rows.answer() == GateAnswer::ships);
}

TEST_CASE("a part of an ABI group ships when all others do") {
    CHECK(abi_group_stage(nullptr, {}).state == StageState::passed);
    const AbiGroup group{"eigen", {"a", "b", "c"}};
    const AbiMember ships{"b", GateAnswer::ships, ""};
    CHECK(abi_group_stage(&group, {ships}).state == StageState::passed);
    const StageResult open = abi_group_stage(&group, {ships, {"c", GateAnswer::open, ""}});
    CHECK(open.state == StageState::queued);
    CHECK(open.reason ==
          "It is in the ABI group 'eigen': The release file says so. It waits for c.");
    const AbiGroup detected{"of a", {"a", "b"}, "b requires liba.so.1 of a."};
    const StageResult held = abi_group_stage(
        &detected,
        {{"c", GateAnswer::open, ""}, {"b", GateAnswer::held, "has its stage verdict failed"}});
    CHECK(held.state == StageState::failed);
    CHECK(held.reason ==
          "It is in the ABI group 'of a': b requires liba.so.1 of a. A part of it does not ship: b "
          "has its stage verdict failed.");
}

TEST_CASE("a waiver is in force from its creation to its end or its revocation") {
    Rows rows;
    rows.found(Verdict::hold);
    rows.waivers = {a_waiver(GateStage::verdict)};
    CHECK(rows.answer() == GateAnswer::ships);
    const StageResult waived = rows.at(GateStage::verdict);
    CHECK(waived.was == StageState::failed);
    CHECK(waived.waiver == WaiverId{7});
    CHECK(waived.reason.starts_with("Waived by ann: I looked. It was failed: hold: "));
    CHECK(rows.answer(kStart + std::chrono::hours(1)) == GateAnswer::held);
    CHECK(rows.answer(kStart - std::chrono::hours(2)) == GateAnswer::held);
    rows.waivers[0].revoked_at = kStart;
    CHECK(rows.answer() == GateAnswer::held);
    rows.waivers = {a_waiver(GateStage::audit)};
    CHECK(rows.answer() == GateAnswer::held);  // of another stage
}

TEST_CASE("a waiver does not hurry what is queued or running") {
    Rows rows;
    rows.undecided(ComparisonState::leased);
    rows.waivers = {a_waiver(GateStage::comparison), a_waiver(GateStage::verdict)};
    CHECK(rows.state(GateStage::comparison) == StageState::running);
    CHECK(rows.answer() == GateAnswer::open);
}

TEST_CASE("the stages in Greenwave's words") {
    const DecisionRequest request{"f45", "x86_64_v3", "koji_build", "fast-1-1"};
    Rows rows;
    const DecisionAnswer good = greenwave_answer(request, rows.stages(), 21);
    CHECK(good.policies_satisfied);
    CHECK(good.summary == "All required tests passed");
    CHECK(good.satisfied_requirements.size() == 7);
    CHECK(good.satisfied_requirements.back().testcase == "terrace.verdict");
    CHECK(good.satisfied_requirements.back().type == "test-result-passed");
    CHECK(good.satisfied_requirements.back().result_id == 21);

    rows.found(Verdict::no_benchmark, false);
    rows.variant_rpms.clear();
    rows.waivers = {a_waiver(GateStage::comparison)};
    const DecisionAnswer bad = greenwave_answer(request, rows.stages(), 21);
    CHECK_FALSE(bad.policies_satisfied);
    CHECK(bad.summary == "Of 7 required tests, 1 failed, 1 results missing or incomplete");
    REQUIRE(bad.unsatisfied_requirements.size() == 2);
    CHECK(bad.unsatisfied_requirements[0].testcase == "terrace.parity");
    CHECK(bad.unsatisfied_requirements[0].type == "test-result-failed");
    CHECK(bad.unsatisfied_requirements[1].type == "test-result-missing");
    CHECK_FALSE(bad.unsatisfied_requirements[1].result_id);
    const auto waived = std::ranges::find(bad.satisfied_requirements, "terrace.comparison",
                                          &DecisionRequirement::testcase);
    CHECK(waived->type == "test-result-missing-waived");
    CHECK(waived->waiver_id == 7);
    CHECK(waived->subject_identifier == "fast-1-1");

    const DecisionAnswer unknown = greenwave_answer(request, gate_stages({}, {}), std::nullopt);
    CHECK_FALSE(unknown.policies_satisfied);
    CHECK(unknown.unsatisfied_requirements.front().type == "test-result-missing");
}

}  // namespace terrace::core::testing
