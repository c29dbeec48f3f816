#include "scheduler/store/migrate.hpp"

#include <doctest/doctest.h>

#include <future>

#include "scheduler/store/connection.hpp"
#include "scheduler/store/pg_store.hpp"
#include "tests/integration/store/test_database.hpp"

using namespace terrace;
using test::TestDatabase;

namespace {

const std::vector<store::Migration> kTwo = {
    {1, "0001_one", "create table one (id bigint); create table other (id bigint);"},
    {2, "0002_two", "create table two (id bigint);"}};

/// A build that ended, one whose first attempt was lost and whose second one runs, and a comparison
/// that is measured: as 0003 has them.
constexpr const char* kFarmOfMigration3 = R"(
begin;
insert into package_set values (1, 'mini-1', now());
insert into source_package values (1, 1, 'zlib', 0, '1', '1', 'zlib-1-1.src.rpm', repeat('1', 64), 1,
                                   '[]', '[]', '[]', false, false);
insert into seed values (repeat('5', 64), 'mini-1', '[]', now());
insert into worker (id, name, hello, level, registered_at, seen_at)
    values (1, 'worker-1', '{"leaves": {}}', 'x86_64_v3', now(), now());
insert into rebuild (id, release, package_set, seed, mode, priority, stream, variants, counter, state, created_at)
    values (1, 'mini-1', 1, repeat('5', 64), 'flat', 'normal', 'testing', '["x86_64", "x86_64_v3"]', 1,
            'running', now());
insert into build (id, rebuild, source_package, variant, identity, dist, state, attempts, infra_failures,
                   not_before, evidence, code_identity, level_used, audit_findings, finished_at)
    values (11, 1, 1, 'x86_64', 'a', '.1', 'succeeded', 1, 0, now(), '', '', 'none', '[]', now()),
           (12, 1, 1, 'x86_64_v3', 'b', '.1', 'leased', 2, 1, now(), '', '', 'none', '[]', null);
insert into comparison (id, rebuild, source_package, variant, baseline_build, variant_build, state, attempts,
                        infra_failures, not_before, reason, results, promoted)
    values (21, 1, 1, 'x86_64_v3', 11, 12, 'leased', 1, 0, now(), '', '[]', false);
insert into attempt (id, build, comparison, worker, slot, number, fence, started_at, ended_at, outcome,
                     evidence, exit_code, wall_ms, cpu_ms, memory_peak_bytes)
    values (100, null, 21, 1, 1, 2, 1100, now(), now(), 'infra_aborted', '', 0, 1, 1, 1),
           (101, 11, null, 1, 0, 1, 1101, now(), now(), 'ok', '', 0, 1, 1, 1),
           (102, 12, null, 1, 0, 1, 1102, now(), now(), 'infra_aborted', '', 0, 1, 1, 1),
           (103, 12, null, 1, 0, 2, 1103, now(), null, null, '', 0, 0, 0, 0),
           (104, null, 21, 1, 1, 1, 1104, now(), null, null, '', 0, 0, 0, 0);
insert into lease (attempt, build, comparison, worker, slot, incarnation, fence, granted_at, expires_at)
    values (103, 12, null, 1, 0, 'x', 1103, now(), now()), (104, null, 21, 1, 1, 'x', 1104, now(), now());
insert into comparison_sample (attempt, benchmark, pair, variant, wall_us, user_us, system_us, memory_peak_bytes)
    values (100, 'speed', 0, false, 1, 1, 1, 1);
commit;
)";

void migrate(const TestDatabase& database, const std::vector<store::Migration>& migrations) {
    store::migrate(*store::connect(database.dsn()), migrations);
}

}  // namespace

TEST_CASE("migrations are applied once, in order, and recorded") {
    const TestDatabase database;
    migrate(database, {kTwo[0]});
    migrate(database, kTwo);
    migrate(database, kTwo);
    CHECK(database.ask("select string_agg(name, ' ' order by number) from schema_migration") ==
          "0001_one 0002_two");
    CHECK(database.ask("select count(*) from two") == "0");
    CHECK(database.ask("select length(checksum) from schema_migration where number = 1") == "64");
}

TEST_CASE("a changed migration is refused by name") {
    const TestDatabase database;
    migrate(database, kTwo);
    std::vector<store::Migration> changed = kTwo;
    changed[0].sql += " -- changed";
    CHECK_THROWS_WITH_AS(migrate(database, changed), doctest::Contains("0001_one"),
                         store::MigrationError);
}

TEST_CASE("a database newer than the program is refused, and nothing is done to it") {
    const TestDatabase database;
    migrate(database, kTwo);
    CHECK_THROWS_WITH_AS(migrate(database, {kTwo[0]}), doctest::Contains("0002_two"),
                         store::MigrationError);
}

TEST_CASE("a migration that fails leaves no trace") {
    const TestDatabase database;
    std::vector<store::Migration> broken = kTwo;
    broken[1].sql = "create table half (id bigint); select no_such_function();";
    CHECK_THROWS(migrate(database, broken));
    CHECK(database.ask("select to_regclass('half')").empty());
    CHECK(database.ask("select max(number) from schema_migration") == "1");
}

TEST_CASE("schedulers that start at once take turns") {
    const TestDatabase database;
    std::vector<std::future<void>> starts;
    for (int i = 0; i < 4; ++i) {
        starts.push_back(std::async(std::launch::async, [&] { migrate(database, kTwo); }));
    }
    for (auto& start : starts) CHECK_NOTHROW(start.get());
    CHECK(database.ask("select count(*) from schema_migration") == "2");
}

TEST_CASE("streams of before get the history that they had") {
    const TestDatabase database;
    std::vector<store::Migration> before = store::embedded_migrations();
    std::erase_if(before, [](const store::Migration& m) { return m.number > 3; });
    migrate(database, before);
    database.ask(kFarmOfMigration3);
    database.ask(R"(
begin;
insert into rebuild (id, release, package_set, seed, mode, priority, stream, variants, counter, state, created_at)
    select 2, release, package_set, seed, mode, priority, stream, variants, 2, state, created_at from rebuild;
insert into compose values (31, 'mini-1', 1, 'testing', null, 'finished', 0, now(), '', now(), now()),
                           (32, 'mini-1', 2, 'testing', 31, 'pending', 1, now(), 'full', now(), null);
insert into compose_package values
    (31, 'x86_64/os', 'zlib', 11, 'zlib-1-1.x86_64.rpm', '{}', repeat('1', 64), 1, false),
    (31, 'source', 'zlib', 11, 'zlib-1-1.src.rpm', '{}', repeat('2', 64), 1, false);
insert into stream values ('mini-1', 'testing', 31);
commit;
)");
    store::PgStore store(database.dsn());
    const core::Snapshot loaded = store.load();
    CHECK(loaded.compose_builds.at(ComposeId{31}).builds == std::vector{BuildId{11}});
    REQUIRE(loaded.stream_moves.size() == 2);
    CHECK(loaded.stream_moves.at(StreamMoveId{31}).state == core::MoveState::finished);
    const core::StreamMove& pending = loaded.stream_moves.at(StreamMoveId{32});
    CHECK(pending.state == core::MoveState::pending);
    CHECK(pending.kind == core::MoveKind::publish);
    CHECK(pending.before == ComposeId{31});
}

TEST_CASE("a farm with leases is brought up to date, and goes on") {
    const TestDatabase database;
    std::vector<store::Migration> before = store::embedded_migrations();
    std::erase_if(before, [](const store::Migration& m) { return m.number > 3; });
    migrate(database, before);
    database.ask(kFarmOfMigration3);
    store::PgStore store(database.dsn());
    const core::Snapshot loaded = store.load();
    REQUIRE(loaded.leases.size() == 2);
    CHECK(loaded.builds.at(BuildId{12}).state == core::BuildState::leased);
    CHECK(loaded.builds.at(BuildId{12}).attempts == 2);
    CHECK(loaded.comparisons.at(ComparisonId{21}).state == core::ComparisonState::leased);
    CHECK(loaded.comparisons.at(ComparisonId{21}).attempts == 1);
    REQUIRE(loaded.attempts.size() == 2);
    const core::Attempt& running = loaded.attempts.at(AttemptId{103});
    CHECK(running.build == BuildId{12});
    CHECK(running.number == 2);
    CHECK(running.fence == 1103);
    // Samples of before are kept, and without a look of theirs they count for nothing.
    CHECK(loaded.measured.at(ComparisonId{21}).samples.size() == 1);
    CHECK(loaded.measured.at(ComparisonId{21}).looks.empty());
    CHECK(loaded.last_attempt == AttemptId{104});
    CHECK(loaded.last_fence == 1104);
    CHECK(database.ask("select string_agg(id::text, ' ' order by id) from attempt") ==
          "100 101 102");

    // The scheduler goes on where the one before it was: the running attempt ends.
    core::Attempt ended = running;
    ended.ended_at = running.started_at;
    ended.outcome = Outcome::build_failed;
    core::Build failed = loaded.builds.at(BuildId{12});
    failed.state = core::BuildState::failed;
    failed.finished_at = ended.ended_at;
    store.commit({core::LeaseEnded{running.id}, ended, failed});
    CHECK(store.load().leases.size() == 1);
    CHECK(store.load().builds.at(BuildId{12}) == failed);
    CHECK(database.ask("select outcome from attempt where id = 103") == "build_failed");
}
