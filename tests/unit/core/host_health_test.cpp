#include "scheduler/core/host_health.hpp"

#include <doctest/doctest.h>

#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

/// Runs from minute `start` to minute `end`.
HostFailure a_failure(
    int attempt, const std::string& package, Outcome outcome, int start, int end) {
    HostFailure failure;
    failure.attempt = AttemptId{attempt};
    failure.build = BuildId{attempt};
    failure.package = package;
    failure.outcome = outcome;
    failure.started_at = kStart + std::chrono::minutes(start);
    failure.ended_at = kStart + std::chrono::minutes(end);
    return failure;
}

/// One after the other, of as many packages.
WorkerHealth with_failures(int number, Outcome outcome, bool others_built) {
    WorkerHealth health;
    health.others_built = others_built;
    for (int i = 1; i <= number; ++i)
        add_failure(health, a_failure(i, "p" + std::to_string(i), outcome, i, i + 1));
    return health;
}

}  // namespace

TEST_CASE("Launchpad's comparison: who failed more often in a row is to blame") {
    static_assert(blame_for(1, 1) == Blame::nobody);
    static_assert(blame_for(3, 3) == Blame::nobody);
    static_assert(blame_for(2, 1) == Blame::worker);
    static_assert(blame_for(5, 4) == Blame::worker);
    static_assert(blame_for(1, 2) == Blame::build);
    CHECK(blame_for(1, 5) == Blame::build);
}

TEST_CASE("what one incident took counts once, and so does one package that comes back") {
    std::vector<HostFailure> run = {a_failure(1, "a", Outcome::infra_aborted, 0, 10),
                                    a_failure(2, "b", Outcome::infra_aborted, 5, 10),
                                    a_failure(3, "c", Outcome::disk_full, 9, 20)};
    CHECK(count(run).incidents == 1);  // all of them ran when the first one ended
    run.push_back(a_failure(4, "d", Outcome::disk_full, 10, 30));
    CHECK(count(run).incidents == 2);
    run.push_back(a_failure(5, "d", Outcome::disk_full, 30, 40));
    CHECK(count(run).incidents == 2);
    CHECK(count(run).any() == 2);
}

TEST_CASE("a package's failure is suspicious only when another worker has built it") {
    WorkerHealth health = with_failures(4, Outcome::build_failed, true);
    CHECK(count(health.run).packages == 4);
    CHECK(count(health.run).suspicious() == 0);
    HostFailure third = health.run[2];
    third.built_by = "other";
    CHECK(confirm(health, third));
    CHECK_FALSE(confirm(health, third));
    CHECK(count(health.run).suspicious() == 1);
    CHECK(count(health.run).any() == 4);
    CHECK(withdraw(health, BuildId{1}, FailureKind::package));  // another one was built elsewhere
    CHECK_FALSE(withdraw(health, BuildId{1}, FailureKind::package));
    CHECK_FALSE(withdraw(health, BuildId{2}, FailureKind::infra));
    CHECK(count(health.run).any() == 3);
}

TEST_CASE("a worker that fails what others fail judges as they do, unless they built something") {
    WorkerHealth health = with_failures(4, Outcome::build_failed, true);
    add_failure(health, a_failure(9, "p9", Outcome::disk_full, 9, 10));
    WorkerHealth contradicted = health;
    HostFailure second = health.run[1];
    second.built_by = "other";
    confirm(contradicted, second);
    CHECK(withdraw(health, BuildId{1}, FailureKind::package));
    CHECK(count(health.run).any() == 1);  // the full disk stays
    CHECK(withdraw(contradicted, BuildId{1}, FailureKind::package));
    CHECK(count(contradicted.run).any() == 4);
}

TEST_CASE("what another worker built counts though it was withdrawn, not though a run has ended") {
    WorkerHealth health = with_failures(1, Outcome::infra_aborted, true);
    HostFailure first = health.run[0];
    first.built_by = "other";
    REQUIRE(withdraw(health, BuildId{1}, FailureKind::infra));
    CHECK_FALSE(health.others_built);
    CHECK(confirm(health, first));
    CHECK(count(health.run).suspicious() == 1);
    CHECK(end_run(health, kStart + 1h));
    CHECK_FALSE(end_run(health, kStart + 2h));
    CHECK_FALSE(confirm(health, first));
    CHECK(health.run.empty());
}

TEST_CASE("a worker is suspected, and quarantined only while others build") {
    const HealthPolicy policy;
    CHECK_FALSE(is_suspected(policy, with_failures(2, Outcome::build_failed, true)));
    CHECK(is_suspected(policy, with_failures(3, Outcome::build_failed, true)));
    CHECK(is_suspected(policy, with_failures(3, Outcome::build_failed, false)));
    CHECK_FALSE(why_quarantine(policy, with_failures(4, Outcome::disk_full, true)));
    CHECK(why_quarantine(policy, with_failures(5, Outcome::disk_full, true)).value() ==
          "It had 5 failures in a row that others do not have, while they built: "
          "p1, p2, p3, p4, p5.");
    CHECK_FALSE(why_quarantine(policy, with_failures(50, Outcome::disk_full, false)));
    CHECK_FALSE(why_quarantine(policy, with_failures(9, Outcome::build_failed, true)));
    CHECK(why_quarantine(policy, with_failures(10, Outcome::build_failed, true)).value() ==
          "All that it was given failed, 10 times in a row, while others built: "
          "p1, p2, p3, p4, p5 and 5 more.");
}

TEST_CASE("a run keeps its newest failures") {
    const WorkerHealth health = with_failures(80, Outcome::infra_aborted, true);
    CHECK(health.run.size() == 50);
    CHECK(health.run.back().attempt == AttemptId{80});
}

TEST_CASE("the wait before a probing build doubles within its limits") {
    const HealthPolicy policy;
    CHECK(probe_delay(policy, 0) == 10min);
    CHECK(probe_delay(policy, 1) == 20min);
    CHECK(probe_delay(policy, 6) == 640min);
    CHECK(probe_delay(policy, 7) == 12h);
    CHECK(probe_delay(policy, 1000) == 12h);
}

TEST_CASE("a build's tries are counted by worker and kind, without probing builds") {
    const auto tried = [](int worker, Outcome outcome, bool probe) {
        FailedTry row;
        row.worker = WorkerId{worker};
        row.outcome = outcome;
        row.probe = probe;
        return row;
    };
    const std::vector<FailedTry> tries = {
        tried(1, Outcome::infra_aborted, false), tried(1, Outcome::disk_full, false),
        tried(2, Outcome::disk_full, false),     tried(3, Outcome::disk_full, true),
        tried(3, Outcome::build_failed, false),  tried(4, Outcome::oom, false)};
    CHECK(workers_failed(tries, FailureKind::infra) == 2);
    CHECK(workers_failed(tries, FailureKind::package) == 1);
    CHECK(tries_of_its_own(tries) == 5);
}

TEST_CASE("long evidence is cut, and never inside of a character") {
    CHECK(shortened("short") == "short");
    const std::string cut = shortened(std::string(299, 'a') + "\xc3\xa4" + std::string(50, 'b'));
    CHECK(cut == std::string(299, 'a') + " ...");
}

}  // namespace terrace::core::testing
