// Workers that fail what others build, workers that operators take out, and how they come back.
#include <doctest/doctest.h>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

AttemptReport a_failure(Outcome outcome, const std::string& evidence = "evidence") {
    AttemptReport report;
    report.outcome = outcome;
    report.evidence = evidence;
    return report;
}

std::vector<SourcePackage> packages(int number) {
    std::vector<SourcePackage> made;
    for (int i = 1; i <= number; ++i) made.push_back(a_package("p" + std::to_string(i)));
    return made;
}

/// A farm with a rebuild of so many packages at the baseline, and two workers.
struct TwoWorkers : TestFarm {
    WorkerId bad;
    WorkerId good;

    explicit TwoWorkers(int number, const FarmConfig& config = a_config())
        : TestFarm(packages(number), config) {
        bad = add_worker("bad", Level::x86_64, "host-1");
        good = add_worker("good", Level::x86_64, "host-2");
        SubmitRebuild submit;
        submit.release = "mini-1";
        submit.variants = {"x86_64"};
        get<MadeRebuild>(submit);
    }

    const WorkerHealth& health(WorkerId worker) const { return state().worker_health.at(worker); }

    /// The next build of this worker ends so; whether there was one.
    bool run(WorkerId worker, Outcome outcome, const std::string& evidence = "evidence") {
        const auto leased = lease(worker);
        if (!leased) return false;
        now += 1min;
        const AttemptReport ended =
            outcome == Outcome::ok ? an_ok_report(*leased, 'a') : a_failure(outcome, evidence);
        REQUIRE(report(*leased, ended).has_value());
        return true;
    }

    int builds_in(BuildState state_wanted) const {
        int found = 0;
        for (const auto& [id, build] : state().builds) found += build.state == state_wanted ? 1 : 0;
        return found;
    }

    /// The bad worker fails what it gets, and the good one builds; returns what the bad one had.
    int until_quarantined(Outcome outcome) {
        int attempts = 0;
        while (run(bad, outcome)) {
            ++attempts;
            run(good, Outcome::ok);
        }
        REQUIRE(health(bad).admission == Admission::quarantined);
        return attempts;
    }
};

}  // namespace

TEST_CASE("a worker that fails what others build is quarantined with its evidence") {
    TwoWorkers farm(20);
    CHECK(farm.until_quarantined(Outcome::disk_full) == 5);
    const WorkerHealth health = farm.health(farm.bad);
    CHECK(health.by_farm);
    CHECK(health.run.size() == 5);
    CHECK(health.run.front().sentence == "evidence");
    CHECK(health.reason.find("5 failures in a row that others do not have") != std::string::npos);
    CHECK(health.probe_at == health.since + 10min);
    // One attempt each, and only the first counted: from the second on the worker was to blame.
    int counted = 0;
    for (const auto& [id, build] : farm.state().builds) counted += build.infra_failures;
    CHECK(counted == 1);
    farm.restart();
    CHECK_FALSE(farm.lease(farm.bad));
    CHECK(farm.state().worker_health.at(farm.bad) == health);
    const auto waits = farm.lease(farm.good);
    CHECK(waits.has_value());
}

TEST_CASE("a worker whose failures are packages' own is never quarantined for them") {
    TwoWorkers farm(40);
    for (int round = 0; round < 10; ++round) {
        farm.run(farm.bad, Outcome::build_failed);
        farm.run(farm.bad, Outcome::timeout);
        farm.run(farm.good, Outcome::ok);
        farm.run(farm.bad, Outcome::ok);
    }
    CHECK(farm.health(farm.bad).admission == Admission::enabled);
    CHECK(farm.builds_in(BuildState::failed) == 20);  // each was tried once
}

TEST_CASE("a worker with a broken compiler is found, and costs few packages") {
    TwoWorkers farm(40);
    const int attempts = farm.until_quarantined(Outcome::build_failed);
    CHECK(attempts <= 10);
    CHECK(farm.builds_in(BuildState::failed) == 2);  // before it was suspected
    while (farm.run(farm.good, Outcome::ok)) farm.now += 5min;
    CHECK(farm.builds_in(BuildState::failed) == 2);
    const auto confirmed = [](const HostFailure& failure) { return failure.built_by == "good"; };
    CHECK(std::ranges::count_if(farm.health(farm.bad).run, confirmed) >= 5);
}

TEST_CASE("what fails on a suspected worker and elsewhere, too, is the package's fault") {
    TwoWorkers farm(10);
    farm.run(farm.bad, Outcome::build_failed);
    farm.run(farm.good, Outcome::ok);
    farm.run(farm.bad, Outcome::build_failed);
    const auto third = farm.lease(farm.bad);
    REQUIRE(third);
    farm.report(*third, a_failure(Outcome::build_failed, "error: here"));
    const BuildId id = *farm.health(farm.bad).run.back().build;
    CHECK(farm.state().builds.at(id).state == BuildState::ready);
    CHECK(farm.state().builds.at(id).infra_failures == 0);
    while (farm.state().builds.at(id).state == BuildState::ready) {
        farm.now += 1min;
        const auto lease = farm.lease(farm.good);
        REQUIRE(lease);
        const bool is_it = farm.state().leases.at(lease->attempt).build == id;
        farm.report(*lease, is_it ? a_failure(Outcome::build_failed, "error: there")
                                  : an_ok_report(*lease, 'a'));
    }
    const Build& build = farm.state().builds.at(id);
    CHECK(build.state == BuildState::failed);
    CHECK(build.evidence ==
          "error: there It failed 2 times: on bad: build_failed (error: here); on good: "
          "build_failed (error: there).");
    CHECK(build.failed_tries.empty());
    CHECK(farm.health(farm.bad).run.empty());  // it judged as the other one did
}

TEST_CASE("a build that breaks every worker is blamed, not they, and its end names them all") {
    FarmConfig config = a_config();
    config.retry.infra_failures_max = 3;
    TwoWorkers farm(1, config);
    CHECK(farm.run(farm.bad, Outcome::disk_full, "No space left."));
    CHECK(farm.health(farm.bad).run.size() == 1);
    farm.now += 1min;
    CHECK(farm.run(farm.good, Outcome::disk_full, "No space left."));
    CHECK(farm.health(farm.bad).run.empty());
    CHECK_FALSE(farm.state().worker_health.contains(farm.good));
    farm.now += 10min;
    CHECK(farm.run(farm.bad, Outcome::infra_aborted, "mock broke."));
    CHECK(farm.build("p1", "x86_64").state == BuildState::failed);
    CHECK(farm.build("p1", "x86_64").evidence ==
          "mock broke. It failed 3 times: on bad: disk_full (No space left.); on good: disk_full "
          "(No space left.); on bad: infra_aborted (mock broke.).");
}

TEST_CASE("a farm whose every worker fails quarantines none, and gives builds up all the same") {
    FarmConfig config = a_config();
    config.retry.attempts_max = 4;
    config.retry.infra_failures_max = 100;
    TwoWorkers farm(8, config);
    for (int i = 0; i < 400 && farm.builds_in(BuildState::failed) < 8; ++i) {
        farm.run(farm.bad, Outcome::infra_aborted);
        farm.run(farm.good, Outcome::infra_aborted);
        farm.now += 10min;
    }
    CHECK(farm.builds_in(BuildState::failed) == 8);
    for (const auto& [id, health] : farm.state().worker_health)
        CHECK(health.admission == Admission::enabled);
    for (const auto& [id, build] : farm.state().builds) CHECK(build.attempts == 4);
}

TEST_CASE("eight builds that one restart took are one failure") {
    TwoWorkers farm(20);
    WorkerHello big = a_worker("big", Level::x86_64, "host-3");
    big.slots = 8;
    big.cores = 8;
    const WorkerId worker = farm.get<Registered>(RegisterWorker{big}).worker;
    for (int slot = 0; slot < 8; ++slot)
        farm.get<LeaseGrant>(RequestLease{worker, big.incarnation, slot});
    farm.now += 1min;
    big.incarnation = "big/2";
    farm.get<Registered>(RegisterWorker{big});
    farm.run(farm.good, Outcome::ok);
    CHECK(count(farm.health(worker).run).suspicious() == 1);
    CHECK(farm.health(worker).admission == Admission::enabled);
}

TEST_CASE("a quarantined worker comes back by probing builds, whose failure costs nothing") {
    TwoWorkers farm(40);
    farm.until_quarantined(Outcome::infra_aborted);
    const TimePoint since = farm.health(farm.bad).since;
    farm.now = since + 10min - 1s;
    CHECK_FALSE(farm.lease(farm.bad));
    farm.now += 1s;
    const auto probe = farm.lease(farm.bad);
    REQUIRE(probe);
    CHECK(farm.health(farm.bad).admission == Admission::probing);
    CHECK(farm.health(farm.bad).probe == probe->attempt);
    farm.restart();
    farm.now += 1s;
    const BuildId id = *farm.state().leases.at(probe->attempt).build;
    farm.report(*probe, a_failure(Outcome::build_failed));
    CHECK(farm.state().builds.at(id).state == BuildState::ready);
    CHECK(farm.state().builds.at(id).infra_failures == 0);
    CHECK(farm.state().builds.at(id).avoid == farm.bad);
    CHECK(farm.health(farm.bad).admission == Admission::quarantined);
    CHECK(farm.health(farm.bad).probe_at == farm.now + 20min);
    farm.now += 20min;
    const auto second = farm.lease(farm.bad);
    REQUIRE(second);
    farm.report(*second, an_ok_report(*second, 'a'));
    CHECK(farm.health(farm.bad).admission == Admission::quarantined);
    const auto third = farm.lease(farm.bad);  // at once
    REQUIRE(third);
    farm.report(*third, an_ok_report(*third, 'a'));
    CHECK(farm.health(farm.bad).admission == Admission::enabled);
    CHECK(farm.health(farm.bad).run.empty());
    CHECK(farm.health(farm.bad).reason == "It ended 2 probing builds well.");
    CHECK(farm.lease(farm.bad));
}

TEST_CASE("a probing build that is cancelled proves nothing; another one follows at once") {
    TwoWorkers farm(40);
    farm.until_quarantined(Outcome::infra_aborted);
    farm.now += 10min;
    const auto probe = farm.lease(farm.bad);
    REQUIRE(probe);
    farm.get<Done>(CancelBuild{*farm.state().leases.at(probe->attempt).build});
    CHECK(farm.health(farm.bad).admission == Admission::quarantined);
    CHECK(farm.health(farm.bad).probe_at == farm.now);
    CHECK(farm.lease(farm.bad));
}

TEST_CASE("the probing build is one that is known to build, and the shortest of those") {
    TwoWorkers farm(40);
    farm.until_quarantined(Outcome::infra_aborted);
    SubmitRebuild again;
    again.release = "mini-1";
    again.variants = {"x86_64"};
    again.priority = PriorityClass::urgent;
    farm.get<MadeRebuild>(again);
    const auto known = farm.lease(farm.good);
    REQUIRE(known);
    AttemptReport quick = an_ok_report(*known, 'a');
    quick.wall_ms = 1;
    farm.report(*known, quick);
    farm.now += 10min;
    const auto probe = farm.lease(farm.bad);
    REQUIRE(probe);
    const Build& chosen = farm.state().builds.at(*farm.state().leases.at(probe->attempt).build);
    // Not of the urgent rebuild, while there is other work.
    CHECK(farm.state().rebuilds.at(chosen.rebuild).priority == PriorityClass::normal);
}

TEST_CASE("a comparison that nobody else could measure is a probe where no build is left") {
    TestFarm farm({a_package("fast")});
    const WorkerId only = farm.add_worker("only", Level::x86_64_v3, "host-1");
    SubmitRebuild submit;
    submit.release = "mini-1";
    farm.get<MadeRebuild>(submit);
    for (const char code : {'a', 'b'}) {
        const auto build = farm.lease(only);
        REQUIRE(build);
        farm.report(*build, an_ok_report(*build, code));
    }
    farm.get<Done>(OrderAdmission{"only", AdmissionOrder::quarantine, "It is slow.", false});
    CHECK_FALSE(farm.lease(only));
    farm.now += 10min;
    const auto probe = farm.lease(only);
    REQUIRE(probe);
    CHECK(probe->comparison.has_value());
    farm.report(*probe, a_failure(Outcome::infra_aborted));
    CHECK(farm.comparison("fast").state == ComparisonState::ready);
    CHECK(farm.comparison("fast").infra_failures == 0);
    farm.now += 20min;
    // Somebody else can measure it: then it is theirs.
    const WorkerId other = farm.add_worker("other", Level::x86_64_v4, "host-2");
    CHECK_FALSE(farm.lease(only));
    CHECK(farm.lease(other));
}

TEST_CASE("a quarantine whose evidence was the packages' fault is taken back") {
    FarmConfig config = a_config();
    config.health.quarantine_after_any = 4;
    TwoWorkers farm(20, config);
    farm.run(farm.bad, Outcome::build_failed);
    farm.run(farm.good, Outcome::ok);
    for (int i = 0; i < 3; ++i) farm.run(farm.bad, Outcome::build_failed);
    REQUIRE(farm.health(farm.bad).admission == Admission::quarantined);
    for (int i = 0; farm.health(farm.bad).admission == Admission::quarantined; ++i) {
        REQUIRE(i < 20);
        const auto lease = farm.lease(farm.good);
        REQUIRE(lease);
        const Build& build = farm.state().builds.at(*farm.state().leases.at(lease->attempt).build);
        farm.report(*lease, build.failed_tries.empty() ? an_ok_report(*lease, 'a')
                                                       : a_failure(Outcome::build_failed));
    }
    CHECK(farm.health(farm.bad).admission == Admission::enabled);
    CHECK(farm.health(farm.bad).reason == "What spoke against it failed on other workers, too.");
}

TEST_CASE("an operator drains, disables and enables; it survives a restart of both daemons") {
    TwoWorkers farm(20);
    const auto running = farm.lease(farm.bad);
    REQUIRE(running);
    CHECK(farm.apply(OrderAdmission{"nobody", AdmissionOrder::drain, "", false}).error().message ==
          "There is no worker 'nobody'.");
    CHECK(farm.apply(OrderAdmission{"bad", AdmissionOrder::disable, "", false}).error().code ==
          Errc::invalid_argument);
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::drain, "", false});
    CHECK(farm.report(*running, an_ok_report(*running, 'a')).has_value());
    CHECK_FALSE(farm.lease(farm.bad));
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::disable, "Its fan is dead.", false});
    farm.restart();
    farm.add_worker("bad", Level::x86_64, "host-1");
    CHECK_FALSE(farm.lease(farm.bad));
    CHECK(farm.health(farm.bad).reason == "Its fan is dead.");
    farm.now += 24h;
    CHECK_FALSE(farm.lease(farm.bad));  // no probing build, ever
    const auto news = farm.farm().work_news();
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::enable, "", false});
    CHECK(farm.farm().work_news() > news);
    CHECK(farm.lease(farm.bad));
}

TEST_CASE("what a worker runs is handed back at once when told so, and nobody is blamed") {
    TwoWorkers farm(20);
    const auto running = farm.lease(farm.bad);
    REQUIRE(running);
    const BuildId id = *farm.state().leases.at(running->attempt).build;
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::disable, "Fire.", true});
    const Build& build = farm.state().builds.at(id);
    CHECK(build.state == BuildState::ready);
    CHECK(build.infra_failures == 0);
    CHECK(build.failed_tries.empty());
    CHECK(farm.health(farm.bad).run.empty());
    CHECK(farm.report(*running, an_ok_report(*running, 'a')).error().code == Errc::stale_lease);
    CHECK(farm.state().builds.at(id).state == BuildState::ready);
}

TEST_CASE("an operator's quarantine is left by probing builds, or by an order") {
    TwoWorkers farm(20);
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::quarantine, "It is slow.", false});
    CHECK_FALSE(farm.lease(farm.bad));
    farm.now += 10min;
    CHECK(farm.run(farm.bad, Outcome::ok));
    CHECK(farm.health(farm.bad).admission == Admission::quarantined);
    const auto probe = farm.lease(farm.bad);
    REQUIRE(probe);
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::disable, "Enough.", false});
    farm.report(*probe, an_ok_report(*probe, 'a'));
    CHECK(farm.health(farm.bad).admission == Admission::disabled);
    CHECK_FALSE(farm.health(farm.bad).probe.has_value());
}

TEST_CASE("explain tells why a worker gets no leases, and when only such workers would fit") {
    TwoWorkers farm(3);
    const BuildId build = farm.build("p1", "x86_64").id;
    farm.get<Done>(OrderAdmission{"bad", AdmissionOrder::quarantine, "It is slow.", false});
    Explanation shown = farm.get<Explanation>(ExplainBuild{build});
    CHECK(shown.workers[0].predicate == "quarantined");
    CHECK(shown.workers[0].detail ==
          "Quarantined since 2026-11-22 00:00 UTC: It is slow. It may take a probing build from "
          "2026-11-22 00:10 UTC on.");
    CHECK(shown.workers[1].predicate == "free");
    CHECK_FALSE(shown.since.has_value());
    farm.get<Done>(OrderAdmission{"good", AdmissionOrder::disable, "Its fan is dead.", false});
    farm.now += 10min;
    shown = farm.get<Explanation>(ExplainBuild{build});
    CHECK(shown.unplaceable);
    CHECK(shown.why.starts_with("Only workers that take no builds now could run this"));
    SubmitRebuild request;
    request.release = "mini-1";
    request.variants = {"x86_64"};
    const RebuildPlan plan = farm.get<RebuildPlan>(PlanRebuild{request});
    REQUIRE_FALSE(plan.cannot_run.empty());
    CHECK(plan.cannot_run[0].why ==
          "Only workers that are disabled, draining or quarantined could run it.");
}

}  // namespace terrace::core::testing
