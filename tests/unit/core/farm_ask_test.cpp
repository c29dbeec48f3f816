#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

SubmitRebuild everything() {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return submit;
}

AttemptReport a_failure(Outcome outcome) {
    AttemptReport report;
    report.outcome = outcome;
    return report;
}

/// Reports success of everything; what is named fails.
void build_all(TestFarm& farm, WorkerId worker, const std::string& failing = "") {
    while (const auto lease = farm.lease(worker)) {
        AttemptReport report = an_ok_report(*lease, 'a');
        report.wall_ms = 60'000;
        report.memory_peak_bytes = std::int64_t{3} << 30;
        if (lease->build && lease->build->package == failing)
            report = a_failure(Outcome::build_failed);
        REQUIRE(farm.report(*lease, report).has_value());
    }
}

}  // namespace

TEST_CASE("a plan counts what would be built and reused, and changes nothing") {
    SourcePackage data = a_package("data");
    data.noarch = true;
    FarmConfig config = a_config();
    config.releases.at("mini-1").packages["out"].exclude = true;
    config.releases.at("mini-1").packages["app"].never = {"x86_64_v3"};
    TestFarm farm({a_package("app"), data, a_package("lib"), a_package("out")}, config);
    farm.resolve({{"app", {"lib"}}});
    farm.add_worker("w", Level::x86_64_v2, "host");
    const RebuildPlan plan = farm.get<RebuildPlan>(PlanRebuild{everything()});
    CHECK(farm.changes.empty());
    CHECK(plan.builds == 4);
    CHECK(plan.noarch_once == 1);
    CHECK(plan.variants[0] == VariantPlan{"x86_64", 3, 0, 0});
    CHECK(plan.variants[1] == VariantPlan{"x86_64_v3", 1, 0, 2});
    CHECK(plan.bound_by == "no worker has level x86_64_v3");
    REQUIRE(plan.cannot_run.size() == 2);
    CHECK(plan.cannot_run[0].why == "No known worker has level x86_64_v3.");
    CHECK(plan.cannot_run[1] == CannotRun{"out", "", "The release excludes it."});
    CHECK(plan.longest.size() == 4);
    CHECK_FALSE(plan.must_confirm);
    CHECK(plan.blast_radius.sources == 3);

    SubmitRebuild only_lib = everything();
    only_lib.packages = {"lib"};
    const RebuildPlan narrow = farm.get<RebuildPlan>(PlanRebuild{only_lib});
    CHECK(narrow.blast_radius.dependents == 1);
    only_lib.mode = Mode::ordered;
    CHECK(farm.get<RebuildPlan>(PlanRebuild{only_lib}).critical_path_hours == doctest::Approx(0.5));
}

TEST_CASE("what was built is planned as reused, with what it took as the estimate") {
    TestFarm farm({a_package("app"), a_package("lib")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    SubmitRebuild only_lib = everything();
    only_lib.packages = {"lib"};
    farm.get<MadeRebuild>(only_lib);
    build_all(farm, worker);
    const RebuildPlan plan = farm.get<RebuildPlan>(PlanRebuild{everything()});
    CHECK(plan.builds == 2);
    CHECK(plan.variants[0].reused == 1);
    CHECK(farm.state().build_history.at({"mini-1", "lib"}).wall_ms ==
          std::vector<std::int64_t>{60'000, 60'000});
    CHECK(plan.longest[0].package == "app");
    CHECK(plan.makespan_hours >= plan.bound_hours);
}

TEST_CASE("a rebuild of many builds must be confirmed with their exact number") {
    FarmConfig config = a_config();
    config.placement.confirm_above = 3;
    TestFarm farm({a_package("app"), a_package("lib")}, config);
    SubmitRebuild submit = everything();
    CHECK(farm.get<RebuildPlan>(PlanRebuild{submit}).must_confirm);
    CHECK(farm.apply(submit).error().message.find("--confirm 4") != std::string::npos);
    submit.confirm = 5;
    CHECK(farm.apply(submit).error().code == Errc::conflict);
    CHECK(farm.state().rebuilds.empty());
    submit.confirm = 4;
    CHECK(farm.apply(submit).has_value());
}

TEST_CASE("what failed is tried again in a rebuild of its own, and no final state is reopened") {
    TestFarm farm({a_package("app"), a_package("lib")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId first = farm.get<MadeRebuild>(everything()).id;
    build_all(farm, worker, "app");
    SubmitRebuild retry;
    retry.retry_of = first;
    const RebuildId second = farm.get<MadeRebuild>(retry).id;
    CHECK(farm.state().rebuilds.at(second).retry_of == first);
    build_all(farm, worker);
    retry.retry_of = second;
    CHECK(farm.apply(retry).error().message.find("no failed build") != std::string::npos);
    const RebuildDiff diff = farm.get<RebuildDiff>(DiffRebuilds{first, second});
    REQUIRE(diff.variants.size() == 2);
    CHECK(diff.variants[0].newly_passing == std::vector<std::string>{"app"});
    CHECK(diff.variants[0].newly_failing.empty());
    CHECK(diff.variants[0].only_before == std::vector<std::string>{"lib"});
    const RebuildDiff back = farm.get<RebuildDiff>(DiffRebuilds{second, first});
    CHECK(back.variants[1].newly_failing == std::vector<std::string>{"app"});
}

TEST_CASE("a paused rebuild gets no new lease until it is resumed") {
    TestFarm farm({a_package("app")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId rebuild = farm.get<MadeRebuild>(everything()).id;
    farm.get<Done>(PauseRebuild{rebuild, true});
    CHECK_FALSE(farm.lease(worker));
    farm.restart();
    CHECK_FALSE(farm.lease(worker));
    const auto news = farm.farm().work_news();
    farm.get<Done>(PauseRebuild{rebuild, false});
    CHECK(farm.farm().work_news() != news);  // waiting slots are told
    CHECK(farm.lease(worker));
}

TEST_CASE("after oom a build is tried again with twice the memory, up to the largest worker's") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").packages["app"].memory_bytes = std::int64_t{3} << 30;
    TestFarm farm({a_package("app")}, config);
    WorkerHello hello = a_worker("w", Level::x86_64, "host");
    hello.memory_bytes = std::int64_t{8} << 30;
    farm.get<Registered>(RegisterWorker{hello});
    SubmitRebuild baseline = everything();
    baseline.variants = {"x86_64"};
    farm.get<MadeRebuild>(baseline);
    const auto ask = [&] {
        return farm.get<LeaseGrant>(RequestLease{WorkerId{1}, hello.incarnation, 0});
    };
    LeaseGrant lease = ask();
    CHECK(lease.build->resources.memory_bytes == std::int64_t{3} << 30);
    farm.report(lease, a_failure(Outcome::oom)).value();
    lease = ask();
    CHECK(lease.build->resources.memory_bytes == std::int64_t{6} << 30);
    farm.report(lease, a_failure(Outcome::oom)).value();
    CHECK(farm.build("app", "x86_64").state == BuildState::failed);
    CHECK(farm.build("app", "x86_64").outcome == Outcome::oom);
}

TEST_CASE("a CPU that lacked an instruction is not tried again; another one is") {
    TestFarm farm({a_package("app")});
    WorkerHello weak = a_worker("weak", Level::x86_64_v3, "host-1");
    weak.vendor = "GenuineIntel";
    weak.model = "6-60-3";
    farm.get<Registered>(RegisterWorker{weak});
    WorkerHello strong = a_worker("strong", Level::x86_64_v3, "host-2");
    strong.vendor = "AuthenticAMD";
    strong.model = "25-97-2";
    farm.get<Registered>(RegisterWorker{strong});
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.get<LeaseGrant>(RequestLease{WorkerId{1}, weak.incarnation, 0});
    REQUIRE(lease.build->target_arch == "x86_64_v3");
    farm.report(lease, a_failure(Outcome::isa_mismatch)).value();
    farm.now += 1h;
    const Build& build = farm.build("app", "x86_64_v3");
    CHECK(build.excluded_cpus == std::vector<std::string>{"GenuineIntel 6-60-3"});
    const auto explained = farm.get<Explanation>(ExplainBuild{build.id});
    CHECK(explained.workers[0].predicate == "excluded_cpu");
    CHECK(explained.workers[1].predicate == "free");
    CHECK(
        farm.get<LeaseGrant>(RequestLease{WorkerId{2}, strong.incarnation, 0}).build->target_arch ==
        "x86_64_v3");
}

TEST_CASE("a rule's flags, %check, features, time and size reach the order") {
    FarmConfig config = a_config();
    PackageRule& rule = config.releases.at("mini-1").packages["app"];
    rule.extra_flags = "-ffp-contract=off";
    rule.skip_check = "needs the network";
    rule.requires_features = {"avx512_vnni"};
    rule.timeout = 8h;
    rule.silence = 2h;
    rule.cores = 4;
    TestFarm farm({a_package("app")}, config);
    const WorkerId small = farm.add_worker("small", Level::x86_64_v4, "host-1");
    farm.get<MadeRebuild>(everything());
    CHECK_FALSE(farm.lease(small));  // one core
    const Explanation explained =
        farm.get<Explanation>(ExplainBuild{farm.build("app", "x86_64").id});
    CHECK(explained.workers[0].predicate == "cores");
    CHECK_FALSE(explained.unplaceable);  // not yet
    farm.now += 10min;
    CHECK(farm.get<Explanation>(ExplainBuild{explained.build}).unplaceable);
    WorkerHello big = a_worker("big", Level::x86_64_v4, "host-2");
    big.cores = 8;
    big.slots = 2;
    farm.get<Registered>(RegisterWorker{big});
    const auto lease = farm.get<LeaseGrant>(RequestLease{WorkerId{2}, big.incarnation, 0});
    CHECK(lease.build->extra_flags == "-ffp-contract=off");
    CHECK(lease.build->skip_check);
    CHECK(lease.build->timeout == 8h);
    CHECK(lease.build->silence_max == 2h);
    CHECK(lease.build->resources.cores == 4);
}

TEST_CASE("flags of a rule make another identity") {
    TestFarm plain({a_package("app")});
    plain.get<MadeRebuild>(everything());
    FarmConfig config = a_config();
    config.releases.at("mini-1").packages["app"].extra_flags = "-O3";
    TestFarm flagged({a_package("app")}, config);
    flagged.get<MadeRebuild>(everything());
    CHECK(plain.build("app", "x86_64").identity != flagged.build("app", "x86_64").identity);
}

TEST_CASE("explain says for each worker the first thing that is in the way") {
    TestFarm farm({a_package("app"), a_package("lib")});
    farm.resolve({{"app", {"lib"}}});
    const WorkerId able = farm.add_worker("able", Level::x86_64_v4, "host-1");
    farm.add_worker("old", Level::x86_64_v2, "host-2");
    SubmitRebuild submit = everything();
    submit.mode = Mode::ordered;
    farm.get<MadeRebuild>(submit);
    const Explanation blocked = farm.get<Explanation>(ExplainBuild{farm.build("app", "x86_64").id});
    CHECK(blocked.state == "blocked");
    CHECK(blocked.waits_for == std::vector<std::string>{"lib"});
    REQUIRE(farm.lease(able));  // lib for x86_64_v3
    const Explanation ready = farm.get<Explanation>(ExplainBuild{farm.build("lib", "x86_64").id});
    CHECK(ready.position == 1);
    CHECK(ready.workers[0].predicate == "busy");
    CHECK(ready.workers[1].predicate == "free");
    CHECK(ready.start_estimated == farm.now);
    CHECK(farm.get<Explanation>(ExplainBuild{farm.build("lib", "x86_64_v3").id}).state == "leased");
    CHECK(farm.apply(ExplainBuild{BuildId{99}}).error().code == Errc::not_found);
}

}  // namespace terrace::core::testing
