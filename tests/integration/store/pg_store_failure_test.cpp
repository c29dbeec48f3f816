#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

#include "scheduler/store/connection.hpp"
#include "scheduler/store/pg_store.hpp"
#include "tests/integration/store/sample_farm.hpp"
#include "tests/integration/store/test_database.hpp"

using namespace terrace;
using engine::StoreError;
using test::TestDatabase;

namespace {

constexpr const char* kNamesNothing =
    "attempt 105: its build, comparison, worker or build root is not known";

core::Build leased_build() {
    return test::leased(test::a_build(14, 2, "x86_64_v3"));
}

/// What the database says to this batch on top of a farm; then checks that it did not take any of
/// it.
std::string refusal_of(const std::vector<core::Change>& batch) {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    store.commit(test::a_farm());
    const core::Snapshot before = store.load();
    std::string refusal;
    try {
        store.commit(batch);
    } catch (const std::exception& e) {  // the database's refusal, or a bug that is caught before
        refusal = e.what();
    }
    CHECK(store.load() == before);
    return refusal;
}

bool contains(const std::string& text, const std::string& part) {
    CAPTURE(text);
    const bool found = text.find(part) != std::string::npos;
    CHECK(found);
    return found;
}

}  // namespace

TEST_CASE("a build cannot have two leases") {
    core::Attempt attempt = test::a_build_attempt(105, 13);
    attempt.number = 2;
    attempt.slot = 7;
    contains(refusal_of({attempt, test::a_lease_of(attempt)}), "lease_build_key");
}

TEST_CASE("a slot cannot have two leases") {
    const core::Attempt attempt = test::a_build_attempt(105, 14);
    contains(refusal_of({leased_build(), attempt, test::a_lease_of(attempt)}),
             "lease_worker_slot_key");
}

TEST_CASE("what is leased without a lease is not written as if it were not") {
    contains(refusal_of({leased_build()}), "build 14 is leased without a lease");
    core::Comparison other = test::a_comparison();
    other.id = ComparisonId{22};
    other.source_package = SourcePackageId{2};
    contains(refusal_of({other, test::leased(other)}), "comparison 22 is leased without a lease");
}

TEST_CASE("only what is ready is leased") {
    core::Attempt attempt = test::a_build_attempt(105, 11);
    attempt.number = 2;
    attempt.slot = 7;
    contains(refusal_of({attempt, test::a_lease_of(attempt)}), "attempt 105: its build or comp");
    attempt.build = BuildId{99};
    contains(refusal_of({attempt, test::a_lease_of(attempt)}), "attempt 105: its build or comp");
    attempt.build.reset();
    attempt.comparison = ComparisonId{99};
    contains(refusal_of({attempt, test::a_lease_of(attempt)}), "attempt 105: its build or comp");
}

TEST_CASE("a lease is of a known worker and of an attempt that has not ended") {
    core::Attempt attempt = test::a_build_attempt(105, 14);
    attempt.worker = WorkerId{9};
    contains(refusal_of({leased_build(), attempt, test::a_lease_of(attempt)}),
             "attempt 105: its build or comp");
    attempt = test::a_build_attempt(101, 14);
    attempt.slot = 7;
    contains(refusal_of({leased_build(), attempt, test::a_lease_of(attempt)}),
             "attempt 101: its build or comp");
}

TEST_CASE("what has a lease stays ready, and its attempt has not ended") {
    core::Build failed = test::a_build(13, 2, "x86_64");
    failed.state = core::BuildState::failed;
    failed.finished_at = test::time_at(40);
    contains(refusal_of({failed}), "build 13 is leased, so it can only be ready");
    core::Comparison cancelled = test::a_comparison();
    cancelled.state = core::ComparisonState::cancelled;
    contains(refusal_of({cancelled}), "comparison 21 is leased, so it can only be ready");
    core::Attempt ended = test::a_build_attempt(103, 13);
    ended.ended_at = test::time_at(40);
    ended.outcome = Outcome::cancelled;
    contains(refusal_of({ended}), "attempt 103 has a lease, so it has not ended");
}

TEST_CASE("a lease never becomes that of something else") {
    core::Attempt attempt = test::a_build_attempt(103, 14);
    contains(refusal_of({test::a_lease_of(attempt)}), "what a lease is for never changes");
    contains(refusal_of({leased_build(), test::a_lease_of(attempt)}), "lease_pkey");
}

TEST_CASE("what leases, attempts and RPMs name is there to stay") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    store.commit(test::a_farm());
    for (const char* table : {"build", "comparison", "worker", "buildroot"}) {
        CAPTURE(table);
        CHECK_THROWS_WITH(database.ask(std::string("delete from ") + table),
                          doctest::Contains("other rows name it"));
        CHECK_THROWS_WITH(database.ask(std::string("update ") + table + " set id = id"),
                          doctest::Contains("other rows name it"));
    }
    for (const char* table : {"build_rpm", "build_audit"}) {
        CAPTURE(table);
        CHECK_THROWS_WITH(database.ask(std::string("update ") + table + " set build = build"),
                          doctest::Contains("never changes"));
    }
}

TEST_CASE("a final state never changes") {
    contains(refusal_of({test::a_build(11, 1, "x86_64")}),
             "build 11 is succeeded: a final state never changes");
    contains(refusal_of({test::a_compose(31, 1)}),
             "compose 31 is finished: a final state never changes");
}

TEST_CASE("a stream has one pending move, and one that has ended does not change") {
    core::StreamMove move;
    move.id = StreamMoveId{2};
    move.release = "mini-1";
    move.stream = "testing";
    move.kind = core::MoveKind::rollback;
    move.compose = ComposeId{31};
    core::StreamMove other = move;
    other.id = StreamMoveId{3};
    contains(refusal_of({move, other}), "stream_move_one_pending");
    other = move;
    other.id = StreamMoveId{1};
    contains(refusal_of({other}), "stream_move 1 is finished: a final state never changes");
}

TEST_CASE("a stream points to a finished compose only") {
    core::Rebuild rebuild = test::a_rebuild();
    rebuild.id = RebuildId{2};
    rebuild.counter = 8;
    contains(refusal_of({rebuild, test::a_compose(32, 2),
                         core::Stream{"mini-1", "testing", ComposeId{32}}}),
             "which is not finished");
}

TEST_CASE("a row that points nowhere is refused") {
    contains(refusal_of({test::a_build(15, 99, "x86_64")}), "foreign key");
    contains(refusal_of({test::a_build_rpm(99, "zlib", 1, false)}),
             "build_rpm of build 99: there is no such build");
    contains(refusal_of({core::BuildAudit{BuildId{99}, {}}}),
             "build_audit of build 99: there is no such build");
    core::Attempt ended = test::a_build_attempt(105, 99);
    ended.ended_at = test::time_at(40);
    ended.outcome = Outcome::cancelled;
    contains(refusal_of({ended}), kNamesNothing);
    ended.build = BuildId{14};
    ended.worker = WorkerId{9};
    contains(refusal_of({ended}), kNamesNothing);
    ended.worker = WorkerId{1};
    ended.build.reset();
    ended.comparison = ComparisonId{99};
    contains(refusal_of({ended}), kNamesNothing);
    ended.comparison.reset();
    ended.build = BuildId{14};
    ended.buildroot = Digest{std::string(64, 'e')};
    contains(refusal_of({ended}), kNamesNothing);
}

TEST_CASE("a digest is 64 lower-case hexadecimal digits") {
    for (const std::string& digest :
         {std::string(63, 'a'), std::string(64, 'A'), std::string(64, 'g'), std::string(66, 'a')}) {
        CAPTURE(digest);
        core::BuildRpm rpm = test::a_build_rpm(11, "other", 1, false);
        rpm.digest.hex = digest;
        const std::string refusal = refusal_of({rpm});
        const bool by_check = refusal.find("build_rpm_digest_check") != std::string::npos;
        const bool by_decoding = refusal.find("hexadecimal") != std::string::npos;
        CHECK((by_check || by_decoding));
    }
}

TEST_CASE("a scheduler that another one has taken over from commits nothing more") {
    const TestDatabase database;
    store::PgStore old(database.dsn());
    old.commit({test::a_package_set()});
    store::PgStore young(database.dsn());
    CHECK_THROWS_AS(old.commit({test::a_source_package(1, "zlib")}), engine::Superseded);
    CHECK_THROWS_AS(old.commit({test::a_source_package(1, "zlib")}), engine::Superseded);
    young.commit({test::a_source_package(2, "xz")});
    CHECK(young.load().source_packages.size() == 1);
    CHECK(young.load().source_packages.contains(SourcePackageId{2}));
}

TEST_CASE("a lost connection is an error once, and then all is well") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    store.commit({test::a_package_set()});
    database.end_sessions();
    CHECK_THROWS_AS(store.commit({test::a_source_package(1, "zlib")}), StoreError);
    store.commit({test::a_source_package(1, "zlib")});
    database.end_sessions();
    CHECK_THROWS_AS(store.load(), StoreError);
    CHECK(store.load().source_packages.size() == 1);
}

TEST_CASE("what a lost session was still committing is waited for and loaded") {
    const TestDatabase database;
    store::PgStore store(database.dsn());
    const auto lost = store::connect(database.dsn());
    pqxx::work commit(*lost);
    store::compat::exec(commit, "select from scheduler_epoch for share");  // as each commit begins
    store::compat::exec(commit, "insert into package_set values (1, 'mini-1', now())");
    auto loaded = std::async(std::launch::async, [&] { return store.load(); });
    while (database.ask("select count(*) from pg_locks where not granted") == "0")
        std::this_thread::yield();
    commit.commit();
    CHECK(loaded.get().package_sets.size() == 1);
}

TEST_CASE("a database that cannot be reached is an error") {
    CHECK_THROWS_AS(store::PgStore("host=/no/such/directory"), StoreError);
}

TEST_CASE("a waiver is revoked once, and nothing else of it ever changes") {
    Waiver revoked = test::a_waiver();
    revoked.revoked_at = revoked.created_at;
    revoked.revoked_by = "bob";
    Waiver longer = test::a_waiver();
    longer.expires_at += std::chrono::hours(1);
    contains(refusal_of({longer}), "waivers are an audit trail");
    Waiver endless = test::a_waiver();
    endless.id = WaiverId{52};
    endless.reason.clear();
    contains(refusal_of({endless}), "waiver_reason_check");

    const TestDatabase database;
    store::PgStore store(database.dsn());
    store.commit(test::a_farm());
    store.commit({revoked});
    CHECK(store.load().waivers.at(revoked.id) == revoked);
    Waiver again = revoked;
    again.revoked_by = "carol";
    CHECK_THROWS_AS(store.commit({again}), StoreError);
}
