// Leases and finishes per second: the engine on a real PostgreSQL with synchronous commit, against
// a table of builds with SELECT ... FOR UPDATE SKIP LOCKED on the same server; and how long a
// worker waits for a lease over HTTP.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "common/wire/json.hpp"
#include "scheduler/app/embedded_postgres.hpp"
#include "scheduler/store/connection.hpp"
#include "scheduler/store/pg_store.hpp"
#include "tests/bench/bench_farm.hpp"
#include "tests/bench/dispatch/client_loop.hpp"
#include "tests/bench/dispatch/http_farm.hpp"
#include "tests/bench/dispatch/http_load.hpp"
#include "tests/bench/dispatch/sql_queue.hpp"
#include "tests/bench/dispatch/timed_store.hpp"
#include "tests/bench/statistics.hpp"

namespace terrace::bench {
namespace {

constexpr int kRivalConnections = 8;

struct Options {
    int workers = 2000;
    int builds = 50'000;
    int outstanding = 256;
    int rounds = 5;
    int rival_cycles = 3000;  ///< of a round
    int rival_seconds = 5;    ///< of a round, at most
    int http_seconds = 10;
    int http_leases_per_second = 1000;
    std::string state;

    /// So that the rebuild never ends.
    int all_builds() const { return builds + http_seconds * http_leases_per_second + 1; }
};

/// Both sides must be as durable as they claim.
void require_durability(const std::string& dsn) {
    const auto connection = store::connect(dsn);
    pqxx::nontransaction tx(*connection);
    for (const char* setting : {"fsync", "synchronous_commit"}) {
        const pqxx::result shown = tx.exec(std::string("show ") + setting);
        if (shown[0][0].as<std::string>() != "on")
            throw std::runtime_error(std::string("The server's ") + setting + " is not on.");
    }
}

/// What the rounds gave, in cycles per second.
struct Rounds {
    std::vector<double> engine;
    std::vector<double> queue;       ///< the rival on tables with the same promises
    std::vector<double> bare_queue;  ///< and on tables that promise nothing
    double cycles_per_commit = 0;
    double commit_ms = 0;     ///< of one commit, on average
    double commit_share = 0;  ///< of the time
};

/// A second database on the same server, filled like the farm's.
std::string make_rival(const std::string& dsn, const Options& options) {
    {
        const auto connection = store::connect(dsn);
        pqxx::nontransaction tx(*connection);
        tx.exec("create database rival");
    }
    const std::string rival = dsn + " dbname=rival";  // the last value of a key counts
    {
        const core::FarmConfig config = farm_config();
        store::PgStore store(rival);
        NullComposer composer;
        NullResolver resolver;
        engine::EngineThread engine(config, store, composer, resolver, {});
        fill_farm(engine, options.workers, options.rounds * options.rival_cycles + 1);
    }
    prepare_rival(rival);
    return rival;
}

/// All take turns, so that a slow minute of the machine is a slow minute for each.
Rounds run_rounds(const std::string& dsn, const Options& options) {
    const core::FarmConfig config = farm_config();
    store::PgStore durable(dsn);
    TimedStore timed(durable);
    NullComposer composer;
    NullResolver resolver;
    engine::EngineThread engine(config, timed, composer, resolver, {});
    fill_farm(engine, options.workers, options.all_builds());
    ClientLoop clients(engine, options.workers, options.outstanding);
    const std::string rival = make_rival(dsn, options);
    SqlQueue queue(rival, SqlQueue::Tables::checked, options.workers, kRivalConnections);
    SqlQueue bare_queue(rival, SqlQueue::Tables::bare, options.workers, kRivalConnections);

    const int commits_before = timed.commits();
    const auto time_before = timed.time();
    const int cycles = options.builds / options.rounds;
    const std::chrono::seconds rival_time(options.rival_seconds);
    double seconds = 0;
    Rounds rounds;
    for (int round = 1; round <= options.rounds; ++round) {
        rounds.engine.push_back(clients.run(cycles));
        rounds.queue.push_back(queue.run(options.rival_cycles, rival_time));
        rounds.bare_queue.push_back(bare_queue.run(options.rival_cycles, rival_time));
        seconds += cycles / rounds.engine.back();
        std::printf("round %d, cycles/s: engine %7.0f, SQL queue %7.0f, on bare tables %7.0f\n",
                    round, rounds.engine.back(), rounds.queue.back(), rounds.bare_queue.back());
        std::fflush(stdout);
    }
    const double commits = timed.commits() - commits_before;
    const std::chrono::duration<double> committing = timed.time() - time_before;
    rounds.cycles_per_commit = cycles * options.rounds / commits;
    rounds.commit_ms = committing.count() / commits * 1000;
    rounds.commit_share = committing.count() / seconds;
    return rounds;
}

/// The engine without a database: what deciding costs.
double cycles_in_memory(const Options& options) {
    const core::FarmConfig config = farm_config();
    NullStore nowhere;
    NullComposer composer;
    NullResolver resolver;
    engine::EngineThread engine(config, nowhere, composer, resolver, {});
    fill_farm(engine, options.workers, options.builds + 1);
    return ClientLoop(engine, options.workers, options.outstanding).run(options.builds);
}

/// Milliseconds, as lease_times() has them.
std::vector<double> lease_over_http(const std::string& dsn, const Options& options) {
    const core::FarmConfig config = farm_config();
    store::PgStore store(dsn);
    const HttpFarm farm(config, store, dsn, options.state + "/farm");
    HttpLoad load;
    load.url = farm.url();
    load.workers = options.workers;
    load.leases_per_second = options.http_leases_per_second;
    load.time = std::chrono::seconds(options.http_seconds);
    return lease_times(load);
}

int run(const Options& options) {
    const scheduler::EmbeddedPostgres postgres(options.state + "/postgres");
    require_durability(postgres.dsn());
    const Rounds rounds = run_rounds(postgres.dsn(), options);
    const double engine = median(rounds.engine);
    const double queue = median(rounds.queue);
    const double bare_queue = median(rounds.bare_queue);
    const std::vector<double> lease_ms = lease_over_http(postgres.dsn(), options);
    const double in_memory = cycles_in_memory(options);

    const auto row = [](const char* name, double value, const char* unit) {
        std::printf("%-52s %10.1f %s\n", name, value, unit);
    };
    row("engine on PostgreSQL (median of rounds)", engine, "cycles/s");
    row("SQL queue, 8 connections, checked tables", queue, "cycles/s");
    row("SQL queue, 8 connections, bare tables", bare_queue, "cycles/s");
    row("ratio, against checked tables", engine / queue, "");
    row("ratio, against bare tables", engine / bare_queue, "");
    row("engine on no database", in_memory, "cycles/s");
    row("cycles in one commit", rounds.cycles_per_commit, "");
    row("one commit", rounds.commit_ms, "ms");
    row("share of the time with a commit under way", rounds.commit_share * 100, "%");
    row("a lease over HTTP at a fixed rate, p50", quantile(lease_ms, 0.5), "ms");
    row("a lease over HTTP at a fixed rate, p99", quantile(lease_ms, 0.99), "ms");
    const wire::json::value line = {{"bench", "dispatch"},
                                    {"metrics",
                                     {{"cycles_per_s", engine},
                                      {"ratio_vs_sql_queue", engine / queue},
                                      {"ratio_vs_bare_sql_queue", engine / bare_queue},
                                      {"lease_p99_ms", quantile(lease_ms, 0.99)},
                                      {"lease_p50_ms", quantile(lease_ms, 0.5)},
                                      {"sql_queue_cycles_per_s", queue},
                                      {"cycles_per_s_in_memory", in_memory},
                                      {"cycles_per_commit", rounds.cycles_per_commit}}}};
    std::printf("%s\n", wire::json::serialize(line).c_str());
    return 0;
}

}  // namespace
}  // namespace terrace::bench

int main(int argc, char** argv) {
    using namespace terrace;
    bench::Options options;
    bool quick = false;
    CLI::App app("Leases and finishes per second, against a SQL queue on the same server");
    app.add_option("--workers", options.workers, "Registered workers, of one slot each")
        ->capture_default_str();
    app.add_option("--builds", options.builds, "Builds to lease and finish, in all rounds")
        ->capture_default_str();
    app.add_option("--outstanding", options.outstanding, "Workers that wait for an answer at once")
        ->capture_default_str()
        ->check(CLI::Range(64, 256));
    app.add_option("--rounds", options.rounds, "Turns that each side takes")->capture_default_str();
    app.add_flag("--quick", quick, "A tenth of everything");
    app.add_option("--state", options.state, "A directory for everything")->required();
    CLI11_PARSE(app, argc, argv);
    if (quick) {
        options.workers /= 10;
        options.builds /= 10;
        options.rival_cycles /= 5;
        options.http_seconds = 3;
    }
    // One worker has one slot, and asks or reports but never both.
    options.outstanding = std::min(options.outstanding, options.workers);
    try {
        return bench::run(options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_dispatch: %s\n", e.what());
        return 1;
    }
}
