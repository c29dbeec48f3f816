#include "scheduler/store/pg_store.hpp"

#include <doctest/doctest.h>

#include "common/wire/json.hpp"
#include "scheduler/store/tables.hpp"
#include "tests/integration/store/sample_farm.hpp"
#include "tests/integration/store/test_database.hpp"

using namespace terrace;
using test::TestDatabase;

namespace {

core::Snapshot folded(const std::vector<core::Change>& changes) {
    core::Snapshot snapshot;
    for (const core::Change& change : changes) core::apply_change(snapshot, change);
    return snapshot;
}

/// Compares table by table, so that a failure says where.
void check_equal(const core::Snapshot& loaded, const core::Snapshot& expected) {
    CHECK(loaded.package_sets == expected.package_sets);
    CHECK(loaded.source_packages == expected.source_packages);
    CHECK(loaded.seeds == expected.seeds);
    CHECK(loaded.workers == expected.workers);
    CHECK(loaded.worker_health == expected.worker_health);
    CHECK(loaded.rebuilds == expected.rebuilds);
    CHECK(loaded.builds == expected.builds);
    CHECK(loaded.build_rpms == expected.build_rpms);
    CHECK(loaded.comparisons == expected.comparisons);
    CHECK(loaded.measured == expected.measured);
    CHECK(loaded.waivers == expected.waivers);
    CHECK(loaded.attempts == expected.attempts);
    CHECK(loaded.leases == expected.leases);
    CHECK(loaded.composes == expected.composes);
    CHECK(loaded.compose_packages == expected.compose_packages);
    CHECK(loaded.compose_builds == expected.compose_builds);
    CHECK(loaded.streams == expected.streams);
    CHECK(loaded.stream_moves == expected.stream_moves);
    CHECK(loaded == expected);
}

}  // namespace

TEST_CASE("an empty farm loads as an empty snapshot") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    CHECK(store.load() == core::Snapshot{});
    store.commit({});
}

TEST_CASE("what was committed is what the core would remember, in every row and column") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    const std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    check_equal(store.load(), folded(changes));
    CHECK(database.ask("select sum(wall_us) from comparison_sample") == "3002");
    CHECK(database.ask("select code_identity = '' from build where id = 12") == "t");
}

TEST_CASE(
    "what a comparison measured is in memory while it is open, and in the database for ever") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    REQUIRE(store.load().measured.at(ComparisonId{21}).samples.size() == 3);
    core::Comparison decided = test::a_comparison();
    decided.state = core::ComparisonState::decided;
    decided.verdict = Verdict::promote;
    decided.cpu = "GenuineIntel Xeon";
    decided.p = 0.000003;
    decided.p_adjusted = 0.000006;
    decided.promoted = true;
    decided.decided_at = decided.not_before;
    changes.insert(changes.end(), {core::LeaseEnded{AttemptId{104}}, decided});
    store.commit({core::LeaseEnded{AttemptId{104}}, decided});
    CHECK(store.load().measured.empty());
    CHECK(store.load().comparisons == folded(changes).comparisons);
    CHECK(database.ask("select count(*) from comparison_sample") == "3");
    CHECK(database.ask("select count(*) from comparison_look") == "2");
}

TEST_CASE("a second scheduler loads the same farm") {
    const TestDatabase database;
    const std::vector<core::Change> changes = test::a_farm();
    store::PgStore(database.dsn()).commit(changes);
    check_equal(store::PgStore(database.dsn()).load(), folded(changes));
}

TEST_CASE("a batch that is written again changes nothing") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    const std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    store.commit(changes);
    check_equal(store.load(), folded(changes));
}

TEST_CASE("of two changes of one row in a batch the last one counts") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    core::Build build = test::a_build(14, 2, "x86_64_v3");
    build.evidence = "first";
    changes.emplace_back(build);
    build.evidence = "second";
    changes.emplace_back(build);
    store.commit(changes);
    check_equal(store.load(), folded(changes));
}

TEST_CASE("an attempt that ends leaves the state and stays in the database") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    core::Attempt attempt = test::a_build_attempt(103, 13);
    attempt.ended_at = test::time_at(40);
    attempt.outcome = Outcome::build_failed;
    core::Build build = test::a_build(13, 2, "x86_64");
    build.state = core::BuildState::failed;
    build.attempts = 1;
    build.outcome = Outcome::build_failed;
    build.finished_at = test::time_at(40);
    const std::vector<core::Change> end = {build, attempt, core::LeaseEnded{attempt.id}};
    store.commit(end);
    changes.insert(changes.end(), end.begin(), end.end());
    const core::Snapshot loaded = store.load();
    check_equal(loaded, folded(changes));
    CHECK(loaded.last_attempt == AttemptId{104});
    CHECK(loaded.last_fence == 1104);
    CHECK(database.ask("select outcome from attempt where id = 103") == "build_failed");
}

TEST_CASE("the end of an attempt writes all of its build that can still change") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    core::Attempt attempt = test::a_build_attempt(103, 13);
    attempt.ended_at = test::time_at(40);
    attempt.outcome = Outcome::ok;
    core::Build build = test::a_build(13, 2, "x86_64");
    build.state = core::BuildState::succeeded;
    build.attempts = 1;
    build.infra_failures = 3;
    build.not_before = test::time_at(39);
    build.avoid = WorkerId{1};
    build.failed_tries = {{AttemptId{101}, WorkerId{2}, Outcome::disk_full, "No space.",
                           test::time_at(38), test::time_at(39), true}};
    build.excluded_cpus = {"AuthenticAMD 25-1-1", "GenuineIntel 6-60-3"};
    build.memory_bytes_min = std::int64_t{1} << 34;
    build.from_seed = {"glibc"};
    build.ready_at = test::time_at(8);
    build.outcome = Outcome::ok;
    build.evidence = "Wrote: xz";
    build.code_identity = test::digest_of('e');
    build.level_used = Level::x86_64_v3;
    build.audit_findings = {"/usr/bin/xz: main: vpaddd at 0x10 needs x86_64_v3"};
    build.interfaces = {{"xz", {"files", "provides"}, {std::int64_t{1} << 58, 9}}};
    build.finished_at = test::time_at(40);
    build.removed_at = test::time_at(41);
    const std::vector<core::Change> end = {build, attempt, core::LeaseEnded{attempt.id}};
    store.commit(end);
    changes.insert(changes.end(), end.begin(), end.end());
    check_equal(store.load(), folded(changes));
}

TEST_CASE("what an open build tried in vain, and a probing worker, come back as they were") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    core::Build build = test::a_build(14, 2, "x86_64_v3");
    build.failed_tries = {{AttemptId{101}, WorkerId{2}, Outcome::disk_full, "No space \"left\".",
                           test::time_at(39), test::time_at(40), true}};
    core::WorkerHealth probing = test::a_worker_health();
    probing.admission = core::Admission::probing;
    probing.probe_at.reset();
    probing.probe = AttemptId{103};
    store.commit({build, probing});
    changes.insert(changes.end(), {build, probing});
    check_equal(store.load(), folded(changes));
}

TEST_CASE("the database refuses a quarantine without a time for its probing build") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    store.commit(test::a_farm());
    core::WorkerHealth health = test::a_worker_health();
    health.probe_at.reset();
    CHECK_THROWS_AS(store.commit({health}), engine::StoreError);
    health.admission = core::Admission::probing;
    CHECK_THROWS_AS(store.commit({health}), engine::StoreError);
    CHECK(store.load().worker_health.at(WorkerId{2}) == test::a_worker_health());
}

TEST_CASE("a slot whose lease ends can be leased again in the same batch") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    core::Build back = test::a_build(13, 2, "x86_64");
    const core::Build next = test::leased(test::a_build(14, 2, "x86_64_v3"));
    core::Attempt lost = test::a_build_attempt(103, 13);
    lost.ended_at = test::time_at(40);
    lost.outcome = Outcome::infra_aborted;
    const core::Attempt attempt = test::a_build_attempt(105, 14);
    const std::vector<core::Change> batch = {attempt, test::a_lease_of(attempt), next, back,
                                             lost,    core::LeaseEnded{lost.id}};
    store.commit(batch);
    changes.insert(changes.end(), batch.begin(), batch.end());
    check_equal(store.load(), folded(changes));
}

TEST_CASE("a lease that is granted and ends within one batch leaves nothing") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    core::Attempt attempt = test::a_build_attempt(105, 14);
    attempt.slot = 5;
    const core::Build ready = test::a_build(14, 2, "x86_64_v3");
    std::vector<core::Change> batch = {attempt, test::leased(ready), test::a_lease_of(attempt)};
    attempt.ended_at = test::time_at(50);
    attempt.outcome = Outcome::cancelled;
    batch.insert(batch.end(), {core::LeaseEnded{attempt.id}, attempt, ready});
    store.commit(batch);
    changes.insert(changes.end(), batch.begin(), batch.end());
    check_equal(store.load(), folded(changes));
}

TEST_CASE("a build that becomes ready and is leased within one batch is written as it was ready") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    core::Build build = test::a_build(15, 1, "x86_64_v2");
    build.state = core::BuildState::blocked;
    changes.emplace_back(build);
    store.commit(changes);
    build.state = core::BuildState::ready;
    build.identity = "known now";
    build.ready_at = test::time_at(40);
    core::Attempt attempt = test::a_build_attempt(105, 15);
    attempt.slot = 5;
    const std::vector<core::Change> batch = {build, attempt, test::leased(build),
                                             test::a_lease_of(attempt)};
    store.commit(batch);
    changes.insert(changes.end(), batch.begin(), batch.end());
    check_equal(store.load(), folded(changes));
}

TEST_CASE("a lease is prolonged in its place") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    store.commit(changes);
    core::Lease lease = test::a_lease_of(test::a_build_attempt(103, 13));
    lease.expires_at = test::time_at(500);
    store.commit({lease});
    changes.emplace_back(lease);
    check_equal(store.load(), folded(changes));
}

TEST_CASE("a stream's next compose can begin in the batch that ends the one before") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    store.commit(test::a_farm());
    core::Rebuild second = test::a_rebuild();
    second.id = RebuildId{2};
    second.counter = 8;
    core::Rebuild third = second;
    third.id = RebuildId{3};
    third.counter = 9;
    core::Compose pending = test::a_compose(32, 2);
    pending.base = ComposeId{31};
    store.commit({second, third, pending});
    core::Compose finished = pending;
    finished.state = core::ComposeState::finished;
    finished.finished_at = test::time_at(60);
    store.commit(
        {test::a_compose(33, 3), finished, core::Stream{"mini-1", "testing", ComposeId{32}}});
    const core::Snapshot loaded = store.load();
    CHECK(loaded.composes.at(ComposeId{33}).state == core::ComposeState::pending);
    CHECK(loaded.streams.at({"mini-1", "testing"}).compose == ComposeId{32});
}

TEST_CASE("any text comes back as it was written") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = test::a_farm();
    int id = 20;
    for (const char* text :
         {"", "NULL", "null", "{}", "{a,b}", "\"", "\\", "a\\\"b", " a ", "tab\there", "two\nlines",
          "\xc3\xa4", "'; drop table build; --", "$1"}) {
        ++id;
        core::Build build = test::a_build(id, 1, "variant-" + std::to_string(id));
        build.evidence = text;
        build.audit_findings = {text, "and another"};
        changes.emplace_back(build);
    }
    store.commit(changes);
    check_equal(store.load(), folded(changes));
}

TEST_CASE("more rows than one statement takes are written") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    std::vector<core::Change> changes = {test::a_package_set()};
    for (int id = 1; id <= 5001; ++id) {
        changes.emplace_back(test::a_source_package(id, "package-" + std::to_string(id)));
    }
    store.commit(changes);
    CHECK(store.load() == folded(changes));
}

TEST_CASE("every column of a table is a member of its row, and the other way round") {
    const TestDatabase database;
    const store::PgStore store(database.dsn());
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, store::RowTypes>>(
        [&]<class Row>(boost::mp11::mp_identity<Row>) {
            const std::string table = store::Table<Row>::name;
            CAPTURE(table);
            const boost::json::value row = wire::to_json(Row{});
            CHECK(database.ask(
                      "select count(*) from information_schema.columns where table_name = '" +
                      table + "' and table_schema = 'public'") ==
                  std::to_string(row.as_object().size()));
        });
}
