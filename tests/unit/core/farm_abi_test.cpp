// ABI groups that the farm detects: shipped together or not at all.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

/// "libfast" is used by "app"; both are built with Eigen. "other" is not.
FarmConfig an_abi_config() {
    FarmConfig config = a_config();
    for (const char* name : {"libfast", "app", "other"}) {
        config.benchmarks[name] = config.benchmarks.at("fast");
        config.benchmarks[name].package = name;
    }
    return config;
}

struct AbiFarm {
    explicit AbiFarm(FarmConfig config = an_abi_config())
        : farm({a_package("libfast"), a_package("app"), a_package("other")}, std::move(config)),
          worker(farm.add_worker("w", Level::x86_64_v4, "host")) {}

    RebuildId start(const std::vector<std::string>& packages = {}) {
        SubmitRebuild submit;
        submit.release = "mini-1";
        submit.packages = packages;
        return farm.get<MadeRebuild>(submit).id;
    }
    void work_off(const std::set<std::string>& slower = {}) {
        while (const auto lease = farm.lease(worker)) {
            AttemptReport report;
            if (lease->build) {
                const bool v3 = lease->build->target_arch == "x86_64_v3";
                report = an_ok_report(*lease, v3 ? 'f' : 'a');
                share(lease->build->package, report);
            } else {
                const bool loses = slower.contains(lease->comparison->benchmark.package);
                farm.measure(*lease, {.ratio = loses ? 0.9 : 2});
                report.outcome = Outcome::ok;
            }
            report.fence = lease->fence;
            REQUIRE(farm.apply(ReportAttempt{lease->attempt, report}).has_value());
        }
    }
    static void share(const std::string& package, AttemptReport& report) {
        report.buildroot_packages = {"gcc-15.1-1.x86_64"};
        if (package != "other") report.buildroot_packages.push_back("eigen3-devel-3.4.0-1.noarch");
        const std::string soname = "libfast.so.1()(64bit)";
        if (package == "libfast") {
            report.audit.interfaces = {{package, {{"provides", 1, {"P " + soname}, true}}}};
        } else {
            report.audit.interfaces = {{package, {{"requires", 2, {"R " + soname}, true}}}};
        }
    }
    StageResult group_stage(RebuildId rebuild, const std::string& package) {
        return farm.get<GateRows>(ShowGate{rebuild, package}).rows.at(0).stages.back();
    }
    /// Source packages that the newest compose has at the level.
    std::set<std::string> at_level() {
        std::set<std::string> sources;
        for (const auto& [key, row] : farm.state().compose_packages.rbegin()->second) {
            if (row.nevra.arch == "x86_64_v3") sources.insert(row.source);
        }
        return sources;
    }

    TestFarm farm;
    WorkerId worker;
};

using Sources = std::set<std::string>;

}  // namespace

TEST_CASE("what is built with one SIMD library and linked ships together") {
    AbiFarm abi;
    const RebuildId rebuild = abi.start();
    CHECK(abi.group_stage(rebuild, "app").state == StageState::passed);  // nothing is built yet
    abi.work_off();
    CHECK(abi.at_level() == Sources{"app", "libfast", "other"});
    CHECK(
        abi.group_stage(rebuild, "app").reason ==
        "It is in the ABI group 'of app': app requires libfast.so.1()(64bit) of libfast, and both "
        "are built with eigen3-devel. All of it ships.");
    CHECK(abi.group_stage(rebuild, "other").reason == "It is in no ABI group.");
}

TEST_CASE("where one of the group loses, none of it ships; others do") {
    AbiFarm abi;
    const RebuildId rebuild = abi.start();
    abi.work_off({"libfast"});
    CHECK(abi.at_level() == Sources{"other"});
    CHECK(abi.farm.comparison("app").verdict == Verdict::promote);
    CHECK_FALSE(abi.farm.comparison("app").promoted);
    const StageResult stage = abi.group_stage(rebuild, "app");
    CHECK(stage.state == StageState::failed);
    CHECK(stage.reason.ends_with(
        "A part of it does not ship: libfast has its stage verdict failed."));
}

TEST_CASE("a policy without libraries detects no groups") {
    FarmConfig config = an_abi_config();
    config.releases.at("mini-1").compose.abi_group_libraries.clear();
    AbiFarm abi(config);
    abi.start();
    abi.work_off({"libfast"});
    CHECK(abi.at_level() == Sources{"app", "other"});
}

TEST_CASE("a rebuild of one of a group goes by what the stream has of the others") {
    for (const bool held : {true, false}) {
        CAPTURE(held);
        FarmConfig config = an_abi_config();
        config.releases.at("mini-1").compose.allow_stall = AllowStall::distro_sync;
        AbiFarm abi(config);
        abi.start();
        abi.work_off(held ? Sources{"libfast"} : Sources{});
        abi.farm.get<Done>(ComposeEnded{ComposeId{1}, ""});
        SourcePackage newer = a_package("app");
        newer.version = "2";
        newer.srpm_digest.hex = std::string(64, '9');
        abi.farm.get<MadePackageSet>(
            ImportPackageSet{"mini-1", {newer, a_package("libfast"), a_package("other")}});
        const RebuildId again = abi.start({"app"});
        abi.work_off();
        CHECK(abi.farm.comparison("app").verdict == Verdict::promote);
        CHECK(abi.farm.comparison("app").promoted == !held);
        CHECK(abi.group_stage(again, "app").state ==
              (held ? StageState::failed : StageState::passed));
        if (held) {
            CHECK(abi.group_stage(again, "app")
                      .reason.ends_with("libfast is in the stream at the baseline's level, and not "
                                        "built by this rebuild."));
        }
    }
}

TEST_CASE("members of several groups hold each other") {
    FarmConfig config = an_abi_config();
    config.releases.at("mini-1").compose.abi_groups = {{"declared", {"app", "other"}}};
    AbiFarm abi(config);
    const RebuildId rebuild = abi.start();
    abi.work_off({"libfast"});
    CHECK(abi.at_level().empty());
    CHECK(
        abi.group_stage(rebuild, "other").reason ==
        "It is in the ABI group 'declared': The release file says so. A part of it does not ship: "
        "app has its stage abi_group failed.");
}

}  // namespace terrace::core::testing
