#include "tests/bench/dispatch/sql_queue.hpp"

#include <atomic>
#include <future>
#include <stdexcept>

#include "scheduler/store/connection.hpp"

namespace terrace::bench {
namespace {

using store::compat::exec_prepared;
using Clock = std::chrono::steady_clock;

// As few columns, indexes and constraints as such a queue can do with: the farm's own tables have
// more of all.
constexpr const char* kTables = R"(
drop schema if exists rival cascade;
create schema rival;
create table rival.job (id bigint primary key, package text not null, variant text not null,
    priority integer not null, state text not null, attempts integer not null, outcome text, finished_at timestamptz);
create index job_ready on rival.job (priority, id) where state = 'ready';
create sequence rival.attempt_id;
create table rival.attempt (id bigint primary key, job bigint not null references rival.job, worker bigint not null,
    number integer not null, started_at timestamptz not null, ended_at timestamptz, outcome text,
    evidence text, exit_code integer, wall_ms bigint, cpu_ms bigint);
create table rival.lease (attempt bigint primary key references rival.attempt, job bigint not null unique,
    worker bigint not null unique, granted_at timestamptz not null, expires_at timestamptz not null);
create table rival.build_rpm (job bigint not null references rival.job, filename text not null, nevra jsonb not null,
    digest text not null, size bigint not null, debug boolean not null, primary key (job, filename));
)";

constexpr const char* kFill =
    "insert into rival.job select n, 'package-' || n, 'x86_64', 0, 'ready', 0 "
    "from generate_series(1, $1) n";

void prepare(pqxx::connection& connection) {
    connection.prepare("take",
                       "select id, package, attempts from rival.job where state = 'ready' "
                       "order by priority, id limit 1 for update skip locked");
    connection.prepare("lease_job",
                       "update rival.job set state = 'leased', attempts = attempts + 1 "
                       "where id = $1");
    connection.prepare("add_attempt",
                       "insert into rival.attempt (id, job, worker, number, started_at) "
                       "values (nextval('rival.attempt_id'), $1, $2, $3, now()) returning id");
    connection.prepare("add_lease",
                       "insert into rival.lease values ($1, $2, $3, now(), "
                       "now() + interval '1 minute')");
    connection.prepare("drop_lease", "delete from rival.lease where attempt = $1");
    connection.prepare("end_attempt",
                       "update rival.attempt set ended_at = now(), outcome = 'ok', evidence = $2, "
                       "exit_code = 0, wall_ms = 60000, cpu_ms = 100000 where id = $1");
    connection.prepare("finish_job",
                       "update rival.job set state = 'succeeded', outcome = 'ok', "
                       "finished_at = now() where id = $1");
    connection.prepare("add_rpm",
                       "insert into rival.build_rpm values ($1, $2, $3::jsonb, $4, 1, false)");
}

/// What one cycle knows.
struct Job {
    std::int64_t id = 0;
    std::string package;
    std::int64_t attempt = 0;
};

Job lease(pqxx::connection& connection, int worker) {
    pqxx::work tx(connection);
    const pqxx::result found = exec_prepared(tx, "take");
    if (found.empty()) throw std::runtime_error("The rival's queue has too few jobs.");
    Job job{found[0][0].as<std::int64_t>(), found[0][1].as<std::string>(), 0};
    exec_prepared(tx, "lease_job", job.id);
    const int number = found[0][2].as<int>() + 1;
    job.attempt = exec_prepared(tx, "add_attempt", job.id, worker, number)[0][0].as<std::int64_t>();
    exec_prepared(tx, "add_lease", job.attempt, job.id, worker);
    tx.commit();
    return job;
}

void finish(pqxx::connection& connection, const Job& job) {
    const std::string filename = job.package + "-1-1.x86_64.rpm";
    const std::string nevra = R"({"name": ")" + job.package +
                              R"(", "epoch": 0, "version": "1", "release": "1", "arch": "x86_64"})";
    pqxx::work tx(connection);
    exec_prepared(tx, "drop_lease", job.attempt);
    exec_prepared(tx, "end_attempt", job.attempt, "Wrote: " + filename);
    exec_prepared(tx, "finish_job", job.id);
    exec_prepared(tx, "add_rpm", job.id, filename, nevra, std::string(64, 'a'));
    tx.commit();
}

}  // namespace

SqlQueue::SqlQueue(const std::string& dsn, int jobs, int workers, int connections)
    : workers_(workers) {
    for (int i = 0; i < connections; ++i) connections_.push_back(store::connect(dsn));
    {
        pqxx::work tx(*connections_.front());
        tx.exec("set local client_min_messages = warning");
        store::compat::exec_script(tx, kTables);
        store::compat::exec(tx, kFill, jobs);
        tx.commit();
    }
    {
        pqxx::nontransaction tx(*connections_.front());
        tx.exec("analyze rival.job");
    }
    for (const auto& connection : connections_) prepare(*connection);
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
