#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/gate/audit_gate.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core {

using namespace testing;

namespace {

AuditFinding a_leak(const std::string& function) {
    AuditFinding finding;
    finding.kind = AuditFindingKind::instruction;
    finding.file = "/usr/lib64/libfast.so.1";
    finding.build_id = "ab12";
    finding.function = function;
    finding.address = 0x1234;
    finding.instruction = "vpaddd";
    finding.needs = "x86_64_v3";
    return finding;
}

PackageInterface an_interface(const std::string& needs) {
    return {"libfast",
            {{"provides", 7, {"libfast = %{EVR}"}, true},
             {"requires", static_cast<std::int64_t>(needs.size()), {needs}, true}}};
}

struct Judged {
    Comparison comparison;
    StageResult audit;  ///< of the gate's stages
    StageResult parity;
};

FarmConfig a_strict_config() {
    FarmConfig config = a_config();
    config.releases.at("mini-1").gate.audit = FindingPolicy::require;
    return config;
}

/// Builds "fast" for both variants; the reports are changed by `change(report, is_baseline)`.
template <class Change>
Judged judged(FarmConfig config, Change change) {
    TestFarm farm({a_package("fast")}, std::move(config));
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    SubmitRebuild submit;
    submit.release = "mini-1";
    submit.stream = "testing";
    const RebuildId rebuild = farm.get<MadeRebuild>(submit).id;
    for (char code = 'a'; auto lease = farm.lease(worker); ++code) {
        AttemptReport report = an_ok_report(*lease, code);
        if (lease->build) change(report, lease->build->target_level == Level::x86_64);
        REQUIRE(farm.report(*lease, report).has_value());
    }
    const GateRow row = farm.get<GateRows>(ShowGate{rebuild, "fast"}).rows.at(0);
    const auto at = [&](GateStage stage) {
        const auto found = std::ranges::find(row.stages, stage, &StageResult::stage);
        REQUIRE(found != row.stages.end());
        return *found;
    };
    return {farm.comparison("fast"), at(GateStage::audit), at(GateStage::parity)};
}

}  // namespace

TEST_CASE("without leaks and with equal packages the variant is measured and promoted") {
    const Judged fast = judged(a_strict_config(), [](AttemptReport& report, bool) {
        report.audit.interfaces = {an_interface("libc")};
    });
    CHECK(fast.audit.state == StageState::passed);
    CHECK(fast.parity.state == StageState::passed);
    CHECK(fast.comparison.promoted);
}

TEST_CASE("a leak in either build keeps the variant from being promoted, and is named") {
    for (const bool in_baseline : {true, false}) {
        const Judged fast = judged(a_strict_config(), [&](AttemptReport& report, bool is_baseline) {
            if (is_baseline == in_baseline) report.audit.findings = {a_leak("sum")};
        });
        CHECK(fast.comparison.verdict == Verdict::promote);
        CHECK_FALSE(fast.comparison.promoted);
        CHECK(fast.audit.state == StageState::failed);
        CHECK(fast.audit.reason ==
              std::string("The audit found code above the level of the ") +
                  (in_baseline ? "baseline (x86_64)" : "variant (x86_64_v3)") +
                  ": /usr/lib64/libfast.so.1: sum: vpaddd at 0x1234 needs x86_64_v3.");
    }
}

TEST_CASE("a leak is told and holds nothing back where the policy says report") {
    const Judged fast = judged(
        a_config(), [](AttemptReport& report, bool) { report.audit.findings = {a_leak("sum")}; });
    CHECK(fast.comparison.promoted);
    CHECK(fast.audit.state == StageState::passed);
    CHECK(fast.audit.reason.starts_with("Reported only: The audit found code above the level"));
}

TEST_CASE("a note is no leak, and neither is what a reviewed exception covers") {
    FarmConfig config = a_strict_config();
    config.audit_exceptions = {{"libfast.so.*", "sum*", "", 0, 0, "a table, see fast.c"}};
    const Judged fast = judged(config, [](AttemptReport& report, bool) {
        AuditFinding note = a_leak("other");
        note.kind = AuditFindingKind::note;
        report.audit.findings = {a_leak("sum_quick"), note};
    });
    CHECK(fast.comparison.promoted);
}

TEST_CASE("leaks that were too many to be listed are leaks") {
    FarmConfig config = a_strict_config();
    config.audit_exceptions = {{"*", "*", "", 0, 0, "all"}};
    const Judged fast = judged(config, [](AttemptReport& report, bool) {
        report.audit.findings = {a_leak("sum")};
        report.audit.findings_left_off = 3;
    });
    CHECK_FALSE(fast.comparison.promoted);
    CHECK(fast.audit.reason.ends_with("(x86_64): ... and 3 more."));
}

TEST_CASE("packages that differ to others keep the variant from being promoted") {
    const auto differ = [](AttemptReport& report, bool is_baseline) {
        report.audit.interfaces = {an_interface(is_baseline ? "libc" : "libfast-extra")};
    };
    const Judged fast = judged(a_config(), differ);
    CHECK_FALSE(fast.comparison.promoted);
    CHECK(fast.audit.state == StageState::passed);
    CHECK(fast.parity.state == StageState::failed);
    CHECK(fast.parity.reason ==
          "The variant's packages are not the baseline's: requires of libfast.");
    FarmConfig lenient = a_config();
    lenient.releases.at("mini-1").gate.parity = FindingPolicy::report;
    const Judged shown = judged(lenient, differ);
    CHECK(shown.comparison.promoted);
    CHECK(shown.parity.state == StageState::passed);
    CHECK(shown.parity.reason == "Reported only: " + fast.parity.reason);
    const Judged missing = judged(a_config(), [](AttemptReport& report, bool is_baseline) {
        report.audit.interfaces = {an_interface("libc")};
        if (is_baseline) report.audit.interfaces.push_back({"fast-docs", {}});
    });
    CHECK(missing.parity.reason ==
          "The variant's packages are not the baseline's: fast-docs is in one of them only.");
}

TEST_CASE("identical code is identical, whatever the audit says") {
    const Judged fast = judged(a_config(), [](AttemptReport& report, bool) {
        report.audit.code_identity.hex = std::string(64, '7');
        report.audit.findings = {a_leak("sum")};
    });
    CHECK(fast.comparison.verdict == Verdict::identical);
}

TEST_CASE("all that was found is kept for people, with the exceptions of the day") {
    FarmConfig config = a_config();
    config.audit_exceptions = {{"libfast.so.*", "", "ab12", 0x1000, 0x2000, "reviewed"}};
    TestFarm farm({a_package("fast")}, config);
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    SubmitRebuild submit;
    submit.release = "mini-1";
    submit.stream = "testing";
    farm.get<MadeRebuild>(submit);
    const auto lease = farm.lease(worker);
    AttemptReport report = an_ok_report(*lease, 'a');
    report.audit.findings = {a_leak("sum")};
    REQUIRE(farm.report(*lease, report).has_value());
    const BuildAudit* kept = nullptr;
    for (const Change& change : farm.changes) {
        if (const auto* audit = std::get_if<BuildAudit>(&change)) kept = audit;
    }
    REQUIRE(kept != nullptr);
    CHECK(kept->report.findings.at(0).exception == "reviewed");
    CHECK(farm.state().builds.at(kept->build).audit_findings.empty());
}

TEST_CASE("an exception is about its object, function, build id and range, and nothing else") {
    const auto covers = [](const AuditException& exception) {
        AuditReport report;
        report.findings = {a_leak("sum")};
        apply_exceptions({exception}, report);
        return leaks_of(report).empty();
    };
    CHECK(covers({"libfast.so.*", "sum", "", 0, 0, "r"}));
    CHECK(covers({"/usr/lib64/libfast*", "*", "", 0, 0, "r"}));
    CHECK(covers({"*", "", "ab12", 0x1234, 0x1235, "r"}));
    CHECK_FALSE(covers({"libslow.so.*", "sum", "", 0, 0, "r"}));
    CHECK_FALSE(covers({"libfast.so.*", "sum_", "", 0, 0, "r"}));
    CHECK_FALSE(covers({"*", "", "ab13", 0x1000, 0x2000, "r"}));
    CHECK_FALSE(covers({"*", "", "ab12", 0x1235, 0x2000, "r"}));
    CHECK_FALSE(covers({"*", "", "ab12", 0x1000, 0x1234, "r"}));
    AuditReport member;
    member.findings = {a_leak("sum")};
    member.findings[0].file = "/usr/lib64/libfast.a(sum.o)";
    apply_exceptions({{"libfast.a", "sum", "", 0, 0, "r"}}, member);
    CHECK(leaks_of(member).empty());
}

TEST_CASE("a pattern knows stars only") {
    CHECK(matches_pattern("*", ""));
    CHECK(matches_pattern("a*b*c", "a1b22bc"));
    CHECK(matches_pattern("*_avx2", "sum_avx2_avx2"));
    CHECK_FALSE(matches_pattern("a*b", "a1b2"));
    CHECK_FALSE(matches_pattern("", "a"));
    CHECK_FALSE(matches_pattern("a?", "ab"));
}

TEST_CASE("parity is told with what only one side has") {
    const std::vector<PackageInterface> baseline = {
        {"libfast", {{"requires", 1, {"libc", "libm"}, true}, {"files", 5, {}, false}}}};
    const std::vector<PackageInterface> variant = {
        {"libfast", {{"files", 6, {}, false}, {"requires", 2, {"libc", "libz"}, true}}}};
    const auto differences = parity_differences(baseline, variant);
    REQUIRE(differences.size() == 2);
    CHECK(differences[0] == ParityDifference{"libfast", "files", {}, {}});
    CHECK(differences[1] == ParityDifference{"libfast", "requires", {"libm"}, {"libz"}});
    CHECK(parity_differences(baseline, baseline).empty());
    const std::vector<PackageInterface> none = {{"libfast", {{"conflicts", 9, {}, true}}}};
    const std::vector<PackageInterface> nothing = {{"libfast", {}}};
    CHECK(parity_differences(none, nothing).empty());
}

}  // namespace terrace::core
