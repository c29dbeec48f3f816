#include "tests/bench/dispatch/sql_queue.hpp"

#include <atomic>
#include <future>
#include <stdexcept>

#include "common/vocab/audit.hpp"
#include "common/wire/json.hpp"
#include "scheduler/store/connection.hpp"

namespace terrace::bench {
namespace {

using store::compat::exec_prepared;
using Clock = std::chrono::steady_clock;

// Whoever takes the first ready build needs its state in the row, an index to find it by, and
// numbers for attempts. Each constraint is one that looks at a row by itself: that is what a
// transaction of one build is best served by, and the farm's own checks of whole statements are
// not.
constexpr const char* kPrepare = R"(
alter table build add column priority integer not null default 0;
create schema checked;
create table checked.build (like build including defaults including constraints including indexes);
alter table checked.build set (fillfactor = 60);
insert into checked.build select * from build;
alter table checked.build
    drop constraint build_state_check,
    add check (state in ('blocked', 'ready', 'leased', 'succeeded', 'failed', 'cancelled')),
    add foreign key (rebuild) references rebuild,
    add foreign key (source_package) references source_package,
    add foreign key (avoid) references worker,
    add foreign key (reused_from) references checked.build;
create index build_queue on checked.build (priority, id) where state = 'ready';
create trigger final_state before update on checked.build for each row
    when (old.state <> new.state and old.state in ('succeeded', 'failed', 'cancelled'))
    execute function refuse_change_of_final_state('{succeeded,failed,cancelled}');
create table checked.attempt (like attempt including defaults including constraints including indexes);
alter table checked.attempt
    add foreign key (build) references checked.build,
    add foreign key (comparison) references comparison,
    add foreign key (worker) references worker;
create table checked.lease (like lease including defaults including constraints including indexes);
alter table checked.lease
    add foreign key (build) references checked.build,
    add foreign key (comparison) references comparison,
    add foreign key (worker) references worker;
create table checked.build_rpm (like build_rpm including defaults including constraints including indexes);
alter table checked.build_rpm add foreign key (build) references checked.build;
create table checked.build_audit (like build_audit including defaults including constraints including indexes);
alter table checked.build_audit add foreign key (build) references checked.build;
create table checked.build_history (like build_history including defaults including constraints including indexes);
create sequence checked.attempt_number;

create schema bare;
create table bare.build (like build including defaults);
insert into bare.build select * from build;
alter table bare.build add primary key (id);
create index build_queue on bare.build (priority, id) where state = 'ready';
create table bare.attempt (like attempt including defaults);
alter table bare.attempt add primary key (id);
create table bare.lease (like lease including defaults);
alter table bare.lease add primary key (attempt);
create table bare.build_rpm (like build_rpm including defaults);
alter table bare.build_rpm add primary key (build, filename);
create table bare.build_audit (like build_audit including defaults);
alter table bare.build_audit add primary key (build);
create table bare.build_history (like build_history including defaults);
alter table bare.build_history add primary key (release, source);
create sequence bare.attempt_number;
)";

struct Statement {
    const char* name;
    const char* sql;
};
constexpr Statement kStatements[] = {
    {"take",
     "select id, source_package, attempts from build where state = 'ready' "
     "order by priority, id limit 1 for update skip locked"},
    {"lease_build", "update build set state = 'leased', attempts = attempts + 1 where id = $1"},
    {"add_lease",
     "insert into lease (attempt, build, worker, slot, number, incarnation, fence, granted_at, "
     "expires_at) select n, $1, $2, 0, $3, 'rival', n, now(), now() + interval '1 minute' "
     "from nextval('attempt_number') n returning attempt"},
    {"drop_lease", "delete from lease where attempt = $1 returning number, granted_at"},
    {"add_attempt",
     "insert into attempt (id, build, worker, slot, number, fence, started_at, ended_at, outcome, "
     "evidence, exit_code, wall_ms, cpu_ms, memory_peak_bytes) "
     "values ($1, $2, $3, 0, $4, $1, $5, now(), 'ok', $6, 0, 60000, 100000, 0)"},
    {"finish_build",
     "update build set state = 'succeeded', outcome = 'ok', evidence = $2, finished_at = now() "
     "where id = $1"},
    {"add_rpm",
     "insert into build_rpm (build, filename, nevra, digest, size, debug) "
     "values ($1, $2, $3::jsonb, $4, 1, false)"},
    {"add_audit", "insert into build_audit (build, report) values ($1, $2::jsonb)"},
    {"learn",
     "insert into build_history (release, source, wall_ms, memory_peak_bytes, disk_bytes) "
     "values ('bench', $1, '[60000]', '[]', '[]') on conflict (release, source) do update "
     "set wall_ms = excluded.wall_ms"}};

/// What one cycle knows.
struct Leased {
    int worker = 0;
    std::int64_t build = 0;
    std::string package;
    std::int64_t attempt = 0;
};

Leased lease(pqxx::connection& connection, int worker) {
    pqxx::work tx(connection);
    const pqxx::result found = exec_prepared(tx, "take");
    if (found.empty()) throw std::runtime_error("The rival's queue has too few builds.");
    Leased leased{worker, found[0][0].as<std::int64_t>(),
                  "package-" + found[0][1].as<std::string>(), 0};
    const int number = found[0][2].as<int>() + 1;
    exec_prepared(tx, "lease_build", leased.build);
    const pqxx::result added = exec_prepared(tx, "add_lease", leased.build, worker, number);
    leased.attempt = added[0][0].as<std::int64_t>();
    tx.commit();
    return leased;
}

void finish(pqxx::connection& connection, const Leased& leased) {
    const std::string filename = leased.package + "-1-1.x86_64.rpm";
    const std::string nevra = R"({"name": ")" + leased.package +
                              R"(", "epoch": 0, "version": "1", "release": "1", "arch": "x86_64"})";
    pqxx::work tx(connection);
    const pqxx::result lease = exec_prepared(tx, "drop_lease", leased.attempt);
    exec_prepared(tx, "add_attempt", leased.attempt, leased.build, leased.worker,
                  lease.at(0)[0].as<int>(), lease.at(0)[1].as<std::string>(), "Wrote: " + filename);
    exec_prepared(tx, "finish_build", leased.build, "Wrote: " + filename);
    exec_prepared(tx, "add_rpm", leased.build, filename, nevra, std::string(64, 'a'));
    exec_prepared(tx, "add_audit", leased.build, wire::to_text(AuditReport{}));
    exec_prepared(tx, "learn", leased.package);
    tx.commit();
}

}  // namespace

void prepare_rival(const std::string& dsn) {
    const auto connection = store::connect(dsn);
    pqxx::work tx(*connection);
    store::compat::exec_script(tx, kPrepare);
    store::compat::exec_script(tx, "analyze");
    tx.commit();
}

SqlQueue::SqlQueue(const std::string& dsn, Tables tables, int workers, int connections)
    : workers_(workers) {
    const std::string schema = tables == Tables::bare ? "bare" : "checked";
    for (int i = 0; i < connections; ++i) {
        connections_.push_back(store::connect(dsn + " options=-csearch_path=" + schema));
        for (const Statement& statement : kStatements)
            connections_.back()->prepare(statement.name, statement.sql);
    }
}

double SqlQueue::run(int cycles, std::chrono::seconds time_max) {
    std::atomic<int> started = 0;
    std::atomic<int> finished = 0;
    const Clock::time_point begin = Clock::now();
    const auto work = [&](std::size_t index) {
        const int count = static_cast<int>(connections_.size());
        int worker = static_cast<int>(index) + 1;
        while (Clock::now() < begin + time_max && started++ < cycles) {
            finish(*connections_[index], lease(*connections_[index], worker));
            ++finished;
            worker = worker + count > workers_ ? static_cast<int>(index) + 1 : worker + count;
        }
    };
    std::vector<std::future<void>> threads;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        threads.push_back(std::async(std::launch::async, work, i));
    }
    for (auto& thread : threads) thread.get();
    const std::chrono::duration<double> seconds = Clock::now() - begin;
    return finished / seconds.count();
}

}  // namespace terrace::bench
