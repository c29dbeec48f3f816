#include "scheduler/store/migrate.hpp"

#include <map>

#include "common/os/files.hpp"
#include "common/runtime/log.hpp"
#include "scheduler/store/connection.hpp"

namespace terrace::store {
namespace {

constexpr int kTimeoutSeconds = 3600;  // a migration of a large table may take its time

struct Applied {
    std::string name;
    std::string checksum;
};

/// The migrations that the database has, by number. From here to the end of the transaction nobody
/// else migrates: the lock's number is a random constant, and no other lock of ours.
std::map<int, Applied> lock_and_read(pqxx::transaction_base& tx) {
    compat::exec(tx, "select pg_advisory_xact_lock(7238461926)");
    compat::exec(tx,
                 "create table if not exists schema_migration ("
                 "number integer primary key, name text not null, checksum text not null, "
                 "applied_at timestamptz not null default now())");
    std::map<int, Applied> applied;
    const auto rows = compat::exec(tx, "select number, name, checksum from schema_migration");
    for (const auto& row : rows) {
        applied[row[0].as<int>()] = Applied{row[1].as<std::string>(), row[2].as<std::string>()};
    }
    return applied;
}

void check_not_newer(const std::map<int, Applied>& applied, int newest_known) {
    if (applied.empty() || applied.rbegin()->first <= newest_known) return;
    throw MigrationError(
        "The database has migration " + applied.rbegin()->second.name +
        ", which is newer than this program: install the release that made it, or a "
        "later one.");
}

void check_unchanged(const Applied& applied, const Migration& migration, const Digest& checksum) {
    if (applied.checksum == checksum.hex) return;
    throw MigrationError("The database has migration " + applied.name +
                         " with other content than this program's " + migration.name +
                         ": a released migration must never change.");
}

void apply(pqxx::connection& connection, const Migration& migration, int newest_known) {
    const Digest checksum = os::sha256_of_text(migration.sql);
    pqxx::work tx(connection, "migrate");
    begin(tx, kTimeoutSeconds);
    const std::map<int, Applied> applied = lock_and_read(tx);
    check_not_newer(applied, newest_known);
    if (const auto found = applied.find(migration.number); found != applied.end()) {
        return check_unchanged(found->second, migration, checksum);
    }
    compat::exec_script(tx, migration.sql);
    compat::exec(tx, "insert into schema_migration (number, name, checksum) values ($1, $2, $3)",
                 migration.number, migration.name, checksum.hex);
    tx.commit();
    runtime::log_info("migration_applied", {{"name", migration.name}});
}

}  // namespace

void migrate(pqxx::connection& connection, const std::vector<Migration>& migrations) {
    const int newest_known = migrations.empty() ? 0 : migrations.back().number;
    for (const Migration& migration : migrations) apply(connection, migration, newest_known);
}

}  // namespace terrace::store
