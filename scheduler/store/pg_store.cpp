#include "scheduler/store/pg_store.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/store/change_groups.hpp"
#include "scheduler/store/migrate.hpp"
#include "scheduler/store/row_arrays.hpp"
#include "scheduler/store/running.hpp"
#include "scheduler/store/script.hpp"

namespace terrace::store {
namespace {

constexpr int kCommitTimeoutSeconds = 60;
constexpr int kLoadTimeoutSeconds = 600;
/// An import may bring tens of thousands of rows; one parameter must stay far below the 1 GB that
/// PostgreSQL takes.
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

/// Asks what every commit must know first: is the farm still ours? The row is shared and held to
/// the end, so nobody takes the farm over between this look and our commit. The same statement sets
/// what the commit needs. Plans, the triggers' too, are made once a session and kept: to plan costs
/// more than to run, and a plan that was made while a table was small must not walk through it.
void begin_commit(Session& session, pqxx::transaction_base& tx, std::int64_t epoch) {
    static const std::string sql = "select set_config('statement_timeout', '" +
                                   std::to_string(kCommitTimeoutSeconds) +
                                   "s', true), "
                                   "set_config('plan_cache_mode', 'force_generic_plan', true), "
                                   "set_config('enable_seqscan', 'off', true) "
                                   "from scheduler_epoch where epoch = $1 for share";
    if (session.run(tx, "begin_commit", sql, epoch).empty()) throw engine::Superseded();
}

void delete_leases(Script& script, const std::set<AttemptId>& ended) {
    if (ended.empty()) return;
    std::string attempts;
    for (const AttemptId attempt : ended) {
        attempts += attempts.empty() ? '{' : ',';
        detail::append_element(attempts, attempt);
    }
    script.add("delete_leases", "delete from lease where attempt = any ($1::bigint[])",
               attempts + '}');
}

/// Ids ascend, so a row that a unique index frees (the finished compose of a stream) is written
/// before the one that takes its place.
template <class Row, bool only_new = never_changes<Row>>
void put_rows(Script& script, const Rows<Row>& rows) {
    static const std::string name = std::string(only_new ? "add_" : "put_") + Table<Row>::name;
    static const std::string sql = put_sql<Row, only_new>();
    const auto write = [&](const auto&... arrays) { script.add(name, sql, arrays...); };
    RowArrays<Row> arrays;
    for (const auto& [key, row] : rows) {
        arrays.add(*row);
        if (arrays.size() == kRowsPerStatement) arrays.flush(write);
    }
    if (arrays.size() > 0) arrays.flush(write);
}

template <class Row>
void load_rows(pqxx::transaction_base& tx, const std::string& where, core::Snapshot& snapshot) {
    const auto rows = compat::exec(tx, select_sql<Row>(where));
    for (const auto& row : rows) {
        core::apply_change(snapshot, wire::decode<Row>(boost::json::parse(row[0].c_str())));
    }
}

/// The attempts that are state run, so their leases say it all. Of the packages only those of
/// composes that are under way or that a stream points to; samples, audits and build roots are for
/// people.
void load_all(pqxx::transaction_base& tx, core::Snapshot& snapshot) {
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, RowTypes>>(
        [&]<class Row>(boost::mp11::mp_identity<Row>) {
            if constexpr (std::is_same_v<Row, core::ComposePackage>) {
                load_rows<Row>(tx,
                               "where compose in (select compose from stream union all "
                               "select id from compose where state = 'pending')",
                               snapshot);
            } else if constexpr (std::is_same_v<Row, core::SourceDependencies>) {
                load_rows<Row>(tx, kDependenciesInUse, snapshot);
            } else if constexpr (!std::is_same_v<Row, core::Attempt> &&
                                 !std::is_same_v<Row, core::ComparisonSample> &&
                                 !std::is_same_v<Row, core::BuildAudit> &&
                                 !std::is_same_v<Row, core::Buildroot>) {
                load_rows<Row>(tx, "", snapshot);
            }
        });
    const auto last =
        compat::exec(tx, "select coalesce(max(id), 0), coalesce(max(fence), 0) from attempt");
    snapshot.last_attempt = AttemptId{last.at(0)[0].as<std::int64_t>()};
    snapshot.last_fence = last.at(0)[1].as<std::int64_t>();
    add_running(snapshot);
}

}  // namespace

template <class Work>
auto PgStore::guarded(Work work) {
    try {
        if (!session_) session_.emplace(dsn_);
        return work(*session_);
    } catch (const engine::Superseded&) {
        throw;  // main() ends the process; reloading would only fail again
    } catch (const MigrationError&) {
        throw;
    } catch (const std::exception& e) {
        session_.reset();
        throw engine::StoreError(e.what());
    }
}

PgStore::PgStore(std::string dsn) : dsn_(std::move(dsn)) {
    epoch_ = guarded([](Session& session) {
        migrate(session.connection());
        return take_over(session.connection());
    });
}

core::Snapshot PgStore::load() {
    return guarded([](Session& session) {
        pqxx::work tx(session.connection(), "load");
        begin(tx, kLoadTimeoutSeconds, "isolation level repeatable read, read only");
        core::Snapshot snapshot;
        load_all(tx, snapshot);
        return snapshot;
    });
}

void PgStore::commit(const std::vector<core::Change>& changes) {
    const ChangeGroups groups(changes);
    guarded([&](Session& session) {
        pqxx::work tx(session.connection(), "commit_changes");
        begin_commit(session, tx, epoch_);
        // First of all: the slot and the build of an ended lease may be leased again in this very
        // batch.
        Script script(session, tx);
        delete_leases(script, groups.leases_ended);
        std::apply([&](const auto&... rows) { (put_rows(script, rows), ...); }, groups.rows);
        put_rows<core::Lease, true>(script, groups.leases_granted);
        script.flush();
        tx.commit();
    });
}

}  // namespace terrace::store
