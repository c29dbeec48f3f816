#include "scheduler/core/farm.hpp"

#include <doctest/doctest.h>

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
    report.evidence = "evidence";
    return report;
}

/// Builds and compares until nothing is left; the variant of "fast" has other code.
void work_off(TestFarm& farm, WorkerId worker) {
    while (const auto lease = farm.lease(worker)) {
        const bool follows_march = lease->build && lease->build->package == "fast";
        const bool v3 = lease->build && lease->build->target_arch == "x86_64_v3";
        REQUIRE(
            farm.report(*lease, an_ok_report(*lease, follows_march && v3 ? 'f' : 'a')).has_value());
    }
}

}  // namespace

TEST_CASE("a rebuild needs a known release, a package set and a seed, and says which is missing") {
    const FarmConfig config = a_config();
    Farm farm(config, {});
    SubmitRebuild submit = everything();
    submit.release = "f99";
    CHECK(farm.apply(submit, kStart).reply.error().message ==
          "There is no release 'f99' (known: mini-1).");
    CHECK(farm.apply(everything(), kStart).reply.error().message.find("package set") !=
          std::string::npos);
    farm.apply(ImportPackageSet{"mini-1", {a_package("fast")}}, kStart);
    const Decision refused = farm.apply(everything(), kStart);
    CHECK(refused.reply.error().message.find("seed") != std::string::npos);
    CHECK(refused.changes.empty());
}

TEST_CASE("an unknown package, variant or stream refuses the whole rebuild and changes nothing") {
    TestFarm farm({a_package("fast")});
    SubmitRebuild submit = everything();
    submit.packages = {"fast", "nosuch"};
    CHECK(farm.apply(submit).error().message == "The package set has no source package 'nosuch'.");
    submit = everything();
    submit.variants = {"x86_64_v5"};
    CHECK(farm.apply(submit).error().code == Errc::not_found);
    submit = everything();
    submit.stream = "nightly";
    CHECK(farm.apply(submit).error().code == Errc::not_found);
    CHECK(farm.changes.empty());
    CHECK(farm.state().rebuilds.empty());
}

TEST_CASE("a rebuild ends in a compose of what was built and promoted") {
    TestFarm farm({a_package("fast"), a_package("same")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId rebuild = farm.get<MadeRebuild>(everything()).id;
    work_off(farm, worker);

    CHECK(farm.comparison("fast").verdict == Verdict::promote);
    CHECK(farm.comparison("fast").results.front().ratio == doctest::Approx(2.0).epsilon(0.001));
    CHECK(farm.comparison("same").verdict == Verdict::identical);
    CHECK(farm.state().rebuilds.at(rebuild).state == RebuildState::composing);
    const auto effects = farm.farm().effects(farm.now);
    REQUIRE(effects.size() == 1);
    const auto& run = std::get<RunCompose>(effects.front());
    CHECK(run.packages.size() == 5);  // two in each os repo, and the promoted one

    farm.get<Done>(ComposeEnded{run.compose.id, ""});
    CHECK(farm.state().rebuilds.at(rebuild).state == RebuildState::finished);
    CHECK(farm.state().streams.at({"mini-1", "testing"}).compose == run.compose.id);
    CHECK(farm.farm().effects(farm.now).empty());
}

TEST_CASE("the same identity is not built twice, and keeps its verdict and its EVR") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    work_off(farm, worker);
    farm.get<Done>(ComposeEnded{ComposeId{1}, ""});
    farm.get<MadeRebuild>(everything());

    CHECK(farm.build("fast", "x86_64").state == BuildState::succeeded);
    CHECK(farm.build("fast", "x86_64").reused_from == BuildId{1});
    CHECK(farm.build("fast", "x86_64_v3").dist == ".mini1.1");
    CHECK(farm.comparison("fast").verdict == Verdict::promote);
    CHECK_FALSE(farm.lease(worker));
    CHECK(farm.state().composes.at(ComposeId{2}).base == ComposeId{1});
}

TEST_CASE(
    "a variant built anew beside a reused baseline takes the baseline's dist, so both keep one "
    "EVR") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto v3 = farm.lease(worker);
    REQUIRE(v3->build->target_arch == "x86_64_v3");
    farm.report(*v3, a_failure(Outcome::build_failed));
    work_off(farm, worker);
    farm.get<Done>(ComposeEnded{ComposeId{1}, ""});
    farm.get<MadeRebuild>(everything());
    CHECK(farm.build("fast", "x86_64").reused_from.has_value());
    CHECK(farm.build("fast", "x86_64_v3").state == BuildState::ready);
    CHECK(farm.build("fast", "x86_64_v3").dist == ".mini1.1");

    work_off(farm, worker);
    CHECK(farm.comparison("fast").verdict == Verdict::promote);
    farm.get<Done>(ComposeEnded{ComposeId{2}, ""});
    farm.get<MadeRebuild>(everything());
    CHECK(farm.comparison("fast").state == ComparisonState::decided);  // measured once, not again
}

TEST_CASE("a NEVRA that one build owns is never given to another") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto v3 = farm.lease(worker);
    REQUIRE(v3->build->target_arch == "x86_64_v3");
    const WorkerId other = farm.add_worker("o", Level::x86_64_v4, "other");
    const auto baseline = farm.lease(other);
    farm.report(*baseline, an_ok_report(*baseline, 'a'));
    // The baseline could be reused, but its variant of the same dist is still being built.
    farm.get<MadeRebuild>(everything());
    CHECK(farm.build("fast", "x86_64").dist == ".mini1.2");
    CHECK(farm.build("fast", "x86_64_v3").dist == ".mini1.2");
    CHECK_FALSE(farm.build("fast", "x86_64").reused_from);
}

TEST_CASE("nobody loses a lease because the scheduler was away") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    const FarmConfig config = a_config();
    Farm again(config, farm.state());
    farm.now += 1h;
    CHECK(again.resume(farm.now).changes.size() == 1);
    CHECK(again.tick(farm.now).changes.empty());
    AttemptReport report = an_ok_report(*lease, 'a');
    report.fence = lease->fence;
    CHECK(again.apply(ReportAttempt{lease->attempt, report}, farm.now).reply.has_value());
}

TEST_CASE("a benchmark file that came later is used; one that is gone decides its comparison") {
    FarmConfig without = a_config();
    without.benchmarks.clear();
    TestFarm farm({a_package("fast")}, without);
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    work_off(farm, worker);
    CHECK(farm.comparison("fast").verdict == Verdict::no_benchmark);
    farm.get<Done>(ComposeEnded{ComposeId{1}, ""});

    const FarmConfig with = a_config();
    Farm later(with, farm.state());
    CHECK(later.apply(everything(), farm.now).reply.has_value());
    const Comparison& again = later.state().comparisons.rbegin()->second;
    CHECK(again.state == ComparisonState::ready);
    Farm without_again(without, later.state());
    without_again.resume(farm.now);
    CHECK(without_again.state().comparisons.rbegin()->second.verdict == Verdict::no_benchmark);
    CHECK(without_again.state().rebuilds.rbegin()->second.state == RebuildState::composing);
}

TEST_CASE("a second machine of the same name is refused while the first one is there") {
    TestFarm farm({a_package("fast")});
    farm.add_worker("w", Level::x86_64_v4, "host-1");
    WorkerHello twin = a_worker("w", Level::x86_64_v4, "host-2");
    twin.incarnation = "w/2";
    CHECK(farm.apply(RegisterWorker{twin}).error().code == Errc::conflict);
    farm.now += 10min;
    CHECK(farm.apply(RegisterWorker{twin}).has_value());
}

TEST_CASE("a report whose file names are not those of its RPMs is refused") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    for (const char* name : {"../x.rpm", ".x.rpm", "other-1-1.x86_64_v3.rpm"}) {
        AttemptReport report = an_ok_report(*lease, 'a');
        report.rpms.front().filename = name;
        CHECK(farm.report(*lease, report).error().code == Errc::invalid_argument);
    }
}

TEST_CASE("a worker gets only what its level can run, and the scarcest work first") {
    TestFarm farm({a_package("fast"), a_package("same")});
    const WorkerId old = farm.add_worker("old", Level::x86_64_v2, "host-1");
    const WorkerId modern = farm.add_worker("modern", Level::x86_64_v4, "host-2");
    farm.get<MadeRebuild>(everything());
    CHECK(farm.lease(modern)->build->target_arch == "x86_64_v3");
    const auto lease = farm.lease(old);
    CHECK(lease->build->target_arch == "x86_64");
    farm.report(*lease, an_ok_report(*lease, 'a'));
    CHECK(farm.lease(old)->build->package == "same");
}

TEST_CASE("a slot that asks again gets the lease that it holds") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto first = farm.lease(worker);
    const auto again = farm.lease(worker);
    CHECK(first->attempt == again->attempt);
    CHECK(first->fence == again->fence);
}

TEST_CASE("an expired lease is retried, and its late report is refused and changes nothing") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    farm.now += 2min;
    // The lease, its attempt, its build, and what it says of its worker.
    CHECK(farm.farm().tick(farm.now).changes.size() == 4);  // lease, attempt, build
    CHECK(farm.build("fast", "x86_64_v3").state == BuildState::ready);
    CHECK(farm.report(*lease, an_ok_report(*lease, 'a')).error().code == Errc::stale_lease);
    CHECK(farm.changes.empty());
}

TEST_CASE("heartbeats keep a lease alive; a wrong fence does not") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    farm.now += 50s;
    RenewLeases renew{worker, "w/1", {{lease->attempt, lease->fence}}};
    CHECK(farm.get<Renewed>(renew).ended.empty());
    farm.now += 50s;
    CHECK(farm.farm().tick(farm.now).changes.empty());
    renew.running = {{lease->attempt, lease->fence + 1}};
    CHECK(farm.get<Renewed>(renew).ended == std::vector{lease->attempt});
    renew.incarnation = "w/2";
    CHECK(farm.get<Renewed>(renew).register_again);
}

TEST_CASE(
    "trouble of the host is retried with back-off up to a limit; the package's own failure is "
    "final") {
    FarmConfig config = a_config();
    config.retry.infra_failures_max = 2;
    TestFarm farm({a_package("fast")}, config);
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    farm.report(*farm.lease(worker), a_failure(Outcome::infra_aborted));
    CHECK(farm.build("fast", "x86_64_v3").not_before == farm.now + 10s);
    farm.report(*farm.lease(worker),
                a_failure(Outcome::build_failed));  // the baseline: v3 is in back-off
    CHECK(farm.build("fast", "x86_64").state == BuildState::failed);
    CHECK(farm.comparison("fast").state == ComparisonState::cancelled);
    CHECK_FALSE(farm.lease(worker));
    farm.now += 10s;
    farm.report(*farm.lease(worker), a_failure(Outcome::infra_aborted));
    CHECK(farm.build("fast", "x86_64_v3").state == BuildState::failed);
    CHECK(farm.build("fast", "x86_64_v3").attempts == 2);
    CHECK(farm.state().rebuilds.begin()->second.state == RebuildState::finished);
    CHECK(farm.state().composes.empty());  // there is nothing to publish
}

TEST_CASE("a comparison waits until its whole host is quiet, and keeps it so") {
    TestFarm farm({a_package("fast"), a_package("same")});
    const WorkerId first = farm.add_worker("first", Level::x86_64_v4, "host");
    const WorkerId second = farm.add_worker("second", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto a = farm.lease(first);   // fast, v3
    const auto b = farm.lease(second);  // same, v3
    farm.report(*a, an_ok_report(*a, 'f'));
    const auto c = farm.lease(first);  // fast, baseline
    farm.report(*c, an_ok_report(*c, 'a'));
    CHECK(farm.comparison("fast").state == ComparisonState::ready);
    const auto d = farm.lease(first);
    CHECK(d->build.has_value());
    farm.report(*d, an_ok_report(*d, 'a'));
    CHECK_FALSE(farm.lease(first));  // the other worker of the host still builds
    farm.report(*b, an_ok_report(*b, 'a'));
    const auto measuring = farm.lease(first);
    REQUIRE(measuring->comparison.has_value());
    farm.get<MadeRebuild>(everything());
    CHECK_FALSE(farm.lease(second));
}

TEST_CASE("a cancelled build ends its attempt, and its comparison with it") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    farm.get<Done>(CancelBuild{farm.build("fast", "x86_64_v3").id});
    CHECK(farm.state().leases.empty());
    CHECK(farm.comparison("fast").state == ComparisonState::cancelled);
    CHECK(farm.get<Renewed>(RenewLeases{worker, "w/1", {{lease->attempt, lease->fence}}})
              .ended.size() == 1);
    CHECK(farm.apply(CancelBuild{farm.build("fast", "x86_64_v3").id}).error().code ==
          Errc::conflict);
}

TEST_CASE("a report of success without RPMs, or with one twice, is refused and the lease stays") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    AttemptReport report = an_ok_report(*lease, 'a');
    report.rpms.push_back(report.rpms.front());
    CHECK(farm.report(*lease, report).error().code == Errc::invalid_argument);
    report.rpms.clear();
    CHECK(farm.report(*lease, report).error().code == Errc::invalid_argument);
    CHECK(farm.state().leases.size() == 1);
}

TEST_CASE("a compose that fails is tried again, and the rebuild fails only after the last try") {
    TestFarm farm({a_package("same")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId rebuild = farm.get<MadeRebuild>(everything()).id;
    work_off(farm, worker);
    for (int i = 0; i < 2; ++i) {
        farm.get<Done>(ComposeEnded{ComposeId{1}, "No space left on device"});
        CHECK(farm.farm().effects(farm.now).empty());
        farm.now += 1min;
        CHECK(farm.farm().effects(farm.now).size() == 1);
    }
    farm.get<Done>(ComposeEnded{ComposeId{1}, "No space left on device"});
    CHECK(farm.state().rebuilds.at(rebuild).state == RebuildState::failed);
    CHECK(farm.state().streams.empty());
}

TEST_CASE("a compose that would hurt clients fails at once: the next try would say the same") {
    TestFarm farm({a_package("same")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId rebuild = farm.get<MadeRebuild>(everything()).id;
    work_off(farm, worker);
    farm.get<Done>(ComposeEnded{ComposeId{1}, "It hurts.", true, "It hurts."});
    CHECK(farm.state().composes.at(ComposeId{1}).state == ComposeState::failed);
    CHECK(farm.state().composes.at(ComposeId{1}).failures == 1);
    CHECK(farm.state().rebuilds.at(rebuild).state == RebuildState::failed);
    CHECK(farm.state().stream_moves.rbegin()->second.client_check == "It hurts.");
    farm.now += 60min;
    CHECK(farm.farm().effects(farm.now).empty());
}

TEST_CASE("a farm loaded from its own state goes on as if nothing had happened") {
    TestFarm farm({a_package("fast"), a_package("same")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    const FarmConfig config = a_config();
    Farm again(config, farm.state());
    const RequestLease request{worker, "w/1", 0};
    const Reply before = farm.apply(request).value();
    const Reply after = again.apply(request, farm.now).reply.value();
    CHECK(std::get<LeaseGrant>(before) == std::get<LeaseGrant>(after));
    AttemptReport report = an_ok_report(*lease, 'a');
    report.fence = lease->fence;
    CHECK(again.apply(ReportAttempt{lease->attempt, report}, farm.now).reply.has_value());
}

}  // namespace terrace::core::testing
