// Comparisons from look to look, and what becomes of their verdicts.
#include <doctest/doctest.h>

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

AttemptReport ended(Outcome outcome) {
    AttemptReport report;
    report.outcome = outcome;
    report.evidence = "evidence";
    return report;
}

/// One package whose variant is another code, built, with a worker that is asked to measure it.
struct Measuring {
    explicit Measuring(FarmConfig config = a_config())
        : farm({a_package("fast")}, std::move(config)),
          worker(farm.add_worker("w", Level::x86_64_v4, "host")) {
        farm.get<MadeRebuild>(everything());
        for (int i = 0; i < 2; ++i) {
            const auto build = farm.lease(worker);
            const bool v3 = build->build->target_arch == "x86_64_v3";
            REQUIRE(farm.report(*build, an_ok_report(*build, v3 ? 'f' : 'a')).has_value());
        }
        lease = *farm.lease(worker);
        REQUIRE(lease.comparison.has_value());
    }

    std::optional<int> look(int from, int to, const Shape& shape) {
        const auto reply = farm.look(lease, a_look(*lease.comparison, from, to, shape));
        return std::get<LookAnswer>(reply.value()).pairs_next;
    }
    const Comparison& comparison() const { return farm.comparison("fast"); }

    TestFarm farm;
    WorkerId worker;
    LeaseGrant lease;
};

/// A gain that needs more than the first look.
constexpr Shape kSmallGain{.ratio = 1.04, .noise = 0.006};

}  // namespace

TEST_CASE("an attempt goes on from look to look until enough is known") {
    Measuring m;
    CHECK(m.lease.comparison->pairs_done == 0);
    CHECK(m.lease.comparison->pairs_next == 10);
    CHECK(m.look(0, 10, kSmallGain) == 20);
    CHECK(m.comparison().state == ComparisonState::leased);
    CHECK_FALSE(m.look(10, 20, kSmallGain));
    REQUIRE(m.farm
                .apply(ReportAttempt{m.lease.attempt,
                                     [&] {
                                         AttemptReport report = ended(Outcome::ok);
                                         report.fence = m.lease.fence;
                                         return report;
                                     }()})
                .has_value());
    CHECK(m.comparison().verdict == Verdict::promote);
    CHECK(m.comparison().results.front().pairs == 20);
    CHECK(m.comparison().p < 0.05);
    CHECK(m.comparison().p_adjusted == m.comparison().p);
    CHECK(m.comparison().promoted);
    CHECK(m.farm.state().measured.empty());
}

TEST_CASE("a look that is told twice is answered twice and counts once") {
    Measuring m;
    CHECK(m.look(0, 10, kSmallGain) == 20);
    CHECK(m.look(0, 10, kSmallGain) == 20);
    CHECK(m.farm.changes.empty());
    CHECK(m.farm.state().measured.begin()->second.samples.size() == 20);
}

TEST_CASE("an attempt that is lost between looks loses nothing that was handed in") {
    Measuring m;
    CHECK(m.look(0, 10, kSmallGain) == 20);
    m.farm.report(m.lease, ended(Outcome::infra_aborted));
    CHECK(m.comparison().state == ComparisonState::ready);
    m.farm.now += 1h;
    m.farm.restart();
    m.lease = *m.farm.lease(m.worker);
    CHECK(m.lease.comparison->pairs_done == 10);
    CHECK(m.lease.comparison->pairs_next == 20);
    CHECK_FALSE(m.look(10, 20, kSmallGain));
    // Its end is lost, too; but enough is known.
    m.farm.report(m.lease, ended(Outcome::infra_aborted));
    CHECK(m.comparison().verdict == Verdict::promote);
    CHECK(m.comparison().results.front().pairs == 20);
}

TEST_CASE("an attempt that ends well at a look leaves the rest to the next one") {
    Measuring m;
    for (int pairs = 0; pairs < 40; pairs = pairs == 0 ? 10 : 2 * pairs) {
        CAPTURE(pairs);
        CHECK(m.lease.comparison->pairs_done == pairs);
        const int next = m.lease.comparison->pairs_next;
        CHECK(m.look(pairs, next, {.ratio = 1.0, .noise = 0.1}) == (next == 10 ? 20 : 2 * next));
        AttemptReport report = ended(Outcome::ok);
        report.fence = m.lease.fence;
        REQUIRE(m.farm.apply(ReportAttempt{m.lease.attempt, report}).has_value());
        CHECK(m.comparison().state == ComparisonState::ready);
        CHECK(m.comparison().infra_failures == 0);
        const auto next_lease = m.farm.lease(m.worker);
        REQUIRE(next_lease.has_value());
        m.lease = *next_lease;
    }
    CHECK(m.comparison().attempts == 4);
}

TEST_CASE("an attempt that measured nothing is not ok") {
    Measuring m;
    AttemptReport report = ended(Outcome::ok);
    report.fence = m.lease.fence;
    const auto refused = m.farm.apply(ReportAttempt{m.lease.attempt, report});
    CHECK(refused.error().message ==
          "A comparison that is ok must have handed in the samples of a look.");
    CHECK(m.comparison().state == ComparisonState::leased);
}

TEST_CASE("only the lease's own comparison takes a look, and only while it is live") {
    Measuring m;
    LookReport look = a_look(*m.lease.comparison, 0, 10, kSmallGain);
    look.fence = m.lease.fence + 1;
    CHECK(m.farm.apply(ReportLook{m.lease.attempt, look}).error().code == Errc::stale_lease);
    look.fence = m.lease.fence;
    look.pairs_done = 2;
    CHECK(m.farm.apply(ReportLook{m.lease.attempt, look}).error().code == Errc::invalid_argument);
    CHECK(m.farm.changes.empty());
    CHECK(m.farm.state().measured.empty());
}

TEST_CASE("on another kind of CPU a comparison starts anew") {
    Measuring m;
    CHECK(m.look(0, 10, kSmallGain) == 20);
    m.farm.report(m.lease, ended(Outcome::infra_aborted));
    m.farm.now += 1h;
    WorkerHello other = a_worker("other", Level::x86_64_v4, "elsewhere");
    other.vendor = "AuthenticAMD";
    other.model = "EPYC";
    const WorkerId amd = m.farm.get<Registered>(RegisterWorker{other}).worker;
    const Reply reply = m.farm.apply(RequestLease{amd, other.incarnation, 0}).value();
    const auto& lease = std::get<LeaseGrant>(reply);
    REQUIRE(lease.comparison.has_value());
    CHECK(lease.comparison->pairs_done == 0);
    CHECK(lease.comparison->pairs_next == 10);
}

TEST_CASE("a benchmark file that changed makes the comparison start anew") {
    Measuring m;
    CHECK(m.look(0, 10, kSmallGain) == 20);
    FarmConfig config = a_config();
    config.benchmarks.at("fast").benchmarks.front().command = "fast --anew";
    Farm later(config, m.farm.state());
    later.resume(m.farm.now);
    LookReport look = a_look(*m.lease.comparison, 10, 20, kSmallGain);
    look.fence = m.lease.fence;
    CHECK(later.apply(ReportLook{m.lease.attempt, look}, m.farm.now).reply.error().message ==
          "The benchmark file has changed since this attempt was leased.");
    AttemptReport report = ended(Outcome::infra_aborted);
    report.fence = m.lease.fence;
    later.apply(ReportAttempt{m.lease.attempt, report}, m.farm.now);
    const auto again = later.apply(RequestLease{m.worker, "w/1", 0}, m.farm.now + 1h).reply.value();
    CHECK(std::get<LeaseGrant>(again).comparison->pairs_done == 0);
}

TEST_CASE("a policy with fewer looks decides at the restart what was measured by the old one") {
    Measuring m;
    CHECK(m.look(0, 10, kSmallGain) == 20);
    m.farm.report(m.lease, ended(Outcome::infra_aborted));
    FarmConfig config = a_config();
    config.releases.at("mini-1").gate.looks = {10};
    Farm later(config, m.farm.state());
    later.resume(m.farm.now);
    const Comparison& decided = later.state().comparisons.begin()->second;
    CHECK(decided.verdict == Verdict::promote);
    CHECK(later.state().rebuilds.begin()->second.state == RebuildState::composing);
}

TEST_CASE("a benchmark file that is gone ends the comparison, though it is leased") {
    Measuring m;
    FarmConfig config = a_config();
    config.benchmarks.clear();
    Farm later(config, m.farm.state());
    later.resume(m.farm.now);
    CHECK(later.state().comparisons.begin()->second.verdict == Verdict::no_benchmark);
    CHECK(later.state().leases.empty());
    CHECK(later.state().worker_health.empty());  // for no fault of the worker
}

TEST_CASE("a promotion that is no discovery among those of its rebuild is held") {
    FarmConfig config = a_config();
    config.releases.at("mini-1").gate.looks = {20};
    std::vector<SourcePackage> packages = {a_package("fast")};
    for (const char* name : {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"}) {
        packages.push_back(a_package(name));
        BenchmarkFile file = config.benchmarks.at("fast");
        file.package = name;
        config.benchmarks[name] = file;
    }
    TestFarm farm(packages, config);
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    const RebuildId rebuild = farm.get<MadeRebuild>(everything()).id;
    while (const auto lease = farm.lease(worker)) {
        if (lease->build) {
            const bool v3 = lease->build->target_arch == "x86_64_v3";
            farm.report(*lease, an_ok_report(*lease, v3 ? 'f' : 'a'));
            continue;
        }
        // A gain just beyond the boundary: a promotion by itself, at p of about 0.02.
        const bool gains = lease->comparison->benchmark.package == "fast";
        farm.measure(*lease, {.ratio = gains ? 1.0216 : 1.0, .noise = 0.006});
        AttemptReport report = ended(Outcome::ok);
        report.fence = lease->fence;
        REQUIRE(farm.apply(ReportAttempt{lease->attempt, report}).has_value());
    }
    const Comparison& held = farm.comparison("fast");
    CHECK(held.p < 0.025);
    CHECK(held.p_adjusted > 0.05);
    CHECK(held.verdict == Verdict::hold);
    CHECK_FALSE(held.promoted);
    CHECK(held.reason.find("among the 10 packages measured it is no discovery") !=
          std::string::npos);
    CHECK(farm.state().rebuilds.at(rebuild).state == RebuildState::composing);
    for (const auto& [key, row] : farm.state().compose_packages.begin()->second)
        CHECK(row.build != farm.build("fast", "x86_64_v3").id);
}

TEST_CASE("an inherited verdict says from where, and is no member of the new family") {
    Measuring m;
    CHECK_FALSE(m.look(0, 10, {}));
    m.farm.report(m.lease, ended(Outcome::infra_aborted));
    const ComparisonId first = m.comparison().id;
    m.farm.get<Done>(ComposeEnded{ComposeId{1}, ""});
    m.farm.get<MadeRebuild>(everything());
    CHECK(m.comparison().id != first);
    CHECK(m.comparison().verdict == Verdict::promote);
    CHECK(m.comparison().inherited_from == first);
    CHECK_FALSE(m.comparison().p);
    CHECK(m.comparison().promoted);
}

}  // namespace terrace::core::testing
