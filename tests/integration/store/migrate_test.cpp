#include "scheduler/store/migrate.hpp"

#include <doctest/doctest.h>

#include <future>

#include "scheduler/store/connection.hpp"
#include "tests/integration/store/test_database.hpp"

using namespace terrace;
using test::TestDatabase;

namespace {

const std::vector<store::Migration> kTwo = {
    {1, "0001_one", "create table one (id bigint); create table other (id bigint);"},
    {2, "0002_two", "create table two (id bigint);"}};

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
