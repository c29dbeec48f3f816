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

/// What is leased is ready in the database (docs/decisions/0007).
constexpr const char* kOfOpenComparisons =
    "where comparison in (select id from comparison where state in ('waiting', 'ready'))";

/// Takes the farm from whoever holds it, or only from ourselves if it is `held` by us. Waits for a
/// commit of theirs that is under way, since begin_commit() holds the row.
std::int64_t take_over(pqxx::connection& connection, std::optional<std::int64_t> held) {
    pqxx::work tx(connection, "take_over");
    begin(tx, kCommitTimeoutSeconds);
    const auto rows = compat::exec(tx,
                                   "update scheduler_epoch set epoch = epoch + 1 "
                                   "where epoch = coalesce($1, epoch) returning epoch",
                                   held);
    if (rows.empty()) throw engine::Superseded();
    const auto epoch = rows.at(0)[0].as<std::int64_t>();
    tx.commit();
    return epoch;
}

/// What hold_farm() of migration 0012 raises.
constexpr const char* kTakenOver = "TF001";

/// What every commit begins with: is the farm still ours? The row is shared and held to the end, so
/// nobody takes the farm over between this look and our commit. Plans, the triggers' too, are made
/// once a session and kept: to plan costs more than to run, and a plan that was made while a table
/// was small must look rows up, and never walk through the table. Nor is one compiled: that takes
/// longer than all the rest.
void begin_commit(Script& script, std::int64_t epoch) {
    script.add("begin;set local statement_timeout = '" + std::to_string(kCommitTimeoutSeconds) +
               "s';set local plan_cache_mode = 'force_generic_plan';"
               "set local enable_seqscan = off;set local enable_mergejoin = off;"
               "set local enable_hashjoin = off;set local jit = off");
    script.run("hold_farm", "select hold_farm($1::bigint)", std::to_string(epoch));
}

void delete_leases(Script& script, const std::set<AttemptId>& ended) {
    if (ended.empty()) return;
    std::string attempts;
    for (const AttemptId attempt : ended) {
        attempts += attempts.empty() ? '{' : ',';
        detail::append_element(attempts, attempt);
    }
    script.run("delete_leases", "delete from lease where attempt = any ($1::bigint[])",
               attempts + '}');
}

template <class Columns, class Row>
void write_rows(Script& script,
                const std::string& name,
                const std::string& sql,
                const Rows<Row>& rows) {
    const auto write = [&](const auto&... arrays) { script.run(name, sql, arrays...); };
    RowArrays<Row, Columns> arrays;
    for (const auto& [key, row] : rows) {
        arrays.add(*row);
        if (arrays.size() == kRowsPerStatement) arrays.flush(write);
    }
    if (arrays.size() > 0) arrays.flush(write);
}

/// Ids ascend, so a row that a unique index frees (the finished compose of a stream) is written
/// before the one that takes its place.
template <class Row, bool only_new = never_changes<Row>>
void put_rows(Script& script, const Rows<Row>& rows) {
    static const std::string name = std::string(only_new ? "add_" : "put_") + Table<Row>::name;
    static const std::string sql = put_sql<Row, only_new>();
    write_rows<detail::Members<Row>>(script, name, sql, rows);
}

/// The build of an attempt that ends: nearly all of what is written of builds.
void update_builds(Script& script, const Rows<core::Build>& rows) {
    using Columns = detail::UnsettledMembers<core::Build>;
    static const std::string sql = update_sql<core::Build, Columns>();
    write_rows<Columns>(script, "update_build", sql, rows);
}

template <class Row>
void load_rows(pqxx::transaction_base& tx, const std::string& where, core::Snapshot& snapshot) {
    const auto rows = compat::exec(tx, select_sql<Row>(where));
    for (const auto& row : rows) {
        core::apply_change(snapshot, wire::decode<Row>(boost::json::parse(row[0].c_str())));
    }
}

/// The attempts that are state run, so their leases say it all. Of the packages only those of
/// composes that are under way or that a stream points to, of the samples only those of open
/// comparisons; audits and build roots are for people.
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
            } else if constexpr (std::is_same_v<Row, core::ComparisonLook> ||
                                 std::is_same_v<Row, core::ComparisonSample>) {
                load_rows<Row>(tx, kOfOpenComparisons, snapshot);
            } else if constexpr (!std::is_same_v<Row, core::Attempt> &&
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
    } catch (const pqxx::sql_error& e) {
        session_.reset();
        if (e.sqlstate() == kTakenOver) throw engine::Superseded();
        throw engine::StoreError(e.what());
    } catch (const std::exception& e) {
        session_.reset();
        throw engine::StoreError(e.what());
    }
}

PgStore::PgStore(std::string dsn) : dsn_(std::move(dsn)) {
    epoch_ = guarded([](Session& session) {
        migrate(session.connection());
        return take_over(session.connection(), std::nullopt);
    });
}

core::Snapshot PgStore::load() {
    return guarded([this](Session& session) {
        // A session that we have lost may still be committing. What it has begun is waited for, so
        // that it is loaded; what it has not begun is refused from now on.
        epoch_ = take_over(session.connection(), epoch_);
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
        pqxx::nontransaction tx(session.connection(), "commit_changes");  // the script has its own
        Script script(session, tx);
        begin_commit(script, epoch_);
        // First of all: the slot and the build of an ended lease may be leased again in this very
        // batch.
        delete_leases(script, groups.leases_ended);
        update_builds(script, groups.builds_tried);
        std::apply([&](const auto&... rows) { (put_rows(script, rows), ...); }, groups.rows);
        put_rows<core::Lease, true>(script, groups.leases_granted);
        script.add("commit");
        script.flush();
    });
}

}  // namespace terrace::store
