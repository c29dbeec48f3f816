#include "scheduler/store/pg_store.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/store/change_groups.hpp"
#include "scheduler/store/connection.hpp"
#include "scheduler/store/migrate.hpp"

namespace terrace::store {
namespace {

constexpr int kCommitTimeoutSeconds = 60;
constexpr int kLoadTimeoutSeconds = 600;
/// An import may bring tens of thousands of rows; one JSON value must stay far below jsonb's 256
/// MB.
constexpr std::size_t kRowsPerStatement = 5000;

/// Of the newest package set of each release, of open rebuilds, and of what a second pass may
/// follow.
constexpr const char* kDependenciesInUse =
    "where source_package in (select id from source_package where package_set in ("
    "select max(id) from package_set group by release union "
    "select package_set from rebuild where state in ('running', 'composing') union "
    "select package_set from rebuild where id in "
    "(select max(id) from rebuild where state = 'finished' group by release)))";

std::int64_t take_over(pqxx::connection& connection) {
    pqxx::work tx(connection, "take_over");
    begin(tx, kCommitTimeoutSeconds);
    const auto rows =
        compat::exec(tx, "update scheduler_epoch set epoch = epoch + 1 returning epoch");
    const auto epoch = rows.at(0)[0].as<std::int64_t>();
    tx.commit();
    return epoch;
}

void delete_leases(pqxx::transaction_base& tx, const std::set<AttemptId>& ended) {
    if (ended.empty()) return;
    boost::json::array attempts;
    for (const AttemptId attempt : ended) attempts.push_back(attempt.value);
    compat::exec(tx,
                 "delete from lease where attempt in "
                 "(select value::bigint from jsonb_array_elements_text($1::jsonb))",
                 boost::json::serialize(attempts));
}

/// Ids ascend, so a row that a unique index frees (the finished compose of a stream) is written
/// before the one that takes its place.
template <class Row>
void put_rows(pqxx::transaction_base& tx, const Rows<Row>& rows) {
    static const std::string sql = upsert_sql<Row>();
    boost::json::array array;
    const auto flush = [&] {
        compat::exec(tx, sql, boost::json::serialize(array));
        array.clear();
    };
    for (const auto& [key, row] : rows) {
        array.push_back(wire::to_json(*row));
        if (array.size() == kRowsPerStatement) flush();
    }
    if (!array.empty()) flush();
}

template <class Row>
void load_rows(pqxx::transaction_base& tx, const std::string& where, core::Snapshot& snapshot) {
    const auto rows = compat::exec(tx, select_sql<Row>(where));
    for (const auto& row : rows) {
        core::apply_change(snapshot, wire::decode<Row>(boost::json::parse(row[0].c_str())));
    }
}

/// Only live attempts are state, and the packages of composes that are under way or that a stream
/// points to; samples are for people.
void load_all(pqxx::transaction_base& tx, core::Snapshot& snapshot) {
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, RowTypes>>(
        [&]<class Row>(boost::mp11::mp_identity<Row>) {
            if constexpr (std::is_same_v<Row, core::Attempt>) {
                load_rows<Row>(tx, "where id in (select attempt from lease)", snapshot);
            } else if constexpr (std::is_same_v<Row, core::ComposePackage>) {
                load_rows<Row>(tx,
                               "where compose in (select compose from stream union all "
                               "select id from compose where state = 'pending')",
                               snapshot);
            } else if constexpr (std::is_same_v<Row, core::SourceDependencies>) {
                load_rows<Row>(tx, kDependenciesInUse, snapshot);
            } else if constexpr (!std::is_same_v<Row, core::ComparisonSample>) {
                load_rows<Row>(tx, "", snapshot);
            }
        });
    const auto last =
        compat::exec(tx, "select coalesce(max(id), 0), coalesce(max(fence), 0) from attempt");
    snapshot.last_attempt = AttemptId{last.at(0)[0].as<std::int64_t>()};
    snapshot.last_fence = last.at(0)[1].as<std::int64_t>();
}

}  // namespace

pqxx::connection& PgStore::connection() {
    if (!connection_) connection_ = connect(dsn_);
    return *connection_;
}

template <class Work>
auto PgStore::guarded(Work work) {
    try {
        return work(connection());
    } catch (const engine::Superseded&) {
        throw;  // main() ends the process; reloading would only fail again
    } catch (const MigrationError&) {
        throw;
    } catch (const std::exception& e) {
        connection_.reset();
        throw engine::StoreError(e.what());
    }
}

PgStore::PgStore(std::string dsn) : dsn_(std::move(dsn)) {
    epoch_ = guarded([](pqxx::connection& connection) {
        migrate(connection);
        return take_over(connection);
    });
}

core::Snapshot PgStore::load() {
    return guarded([](pqxx::connection& connection) {
        pqxx::work tx(connection, "load");
        begin(tx, kLoadTimeoutSeconds, "isolation level repeatable read, read only");
        core::Snapshot snapshot;
        load_all(tx, snapshot);
        return snapshot;
    });
}

void PgStore::commit(const std::vector<core::Change>& changes) {
    const ChangeGroups groups(changes);
    guarded([&](pqxx::connection& connection) {
        pqxx::work tx(connection, "commit_changes");
        begin(tx, kCommitTimeoutSeconds);
        // Shared, and held to the end: nobody takes the farm over between this look and our commit.
        if (compat::exec(tx, "select 1 from scheduler_epoch where epoch = $1 for share", epoch_)
                .empty()) {
            throw engine::Superseded();
        }
        // First of all: the slot and the build of an ended lease may be leased again in this very
        // batch.
        delete_leases(tx, groups.leases_ended);
        std::apply([&](const auto&... rows) { (put_rows(tx, rows), ...); }, groups.rows);
        tx.commit();
    });
}

}  // namespace terrace::store
