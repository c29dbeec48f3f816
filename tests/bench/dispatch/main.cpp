// Leases and finishes per second: the engine on a real PostgreSQL with synchronous commit, against
// a job table with SELECT ... FOR UPDATE SKIP LOCKED on the same server; and how long a worker
// waits for a lease over HTTP.
#include <CLI/CLI.hpp>
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
    int outstanding = 128;
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
    std::vector<double> rival;
    double cycles_per_commit = 0;
    double commit_ms = 0;     ///< of one commit, on average
    double commit_share = 0;  ///< of the engine's time
};

/// The two take turns, so that a slow minute of the machine is a slow minute for both.
Rounds run_rounds(const std::string& dsn, const Options& options) {
    const core::FarmConfig config = farm_config();
    store::PgStore durable(dsn);
    TimedStore timed(durable);
    NullComposer composer;
    engine::EngineThread engine(config, timed, composer, {});
    fill_farm(engine, options.workers, options.all_builds());
    ClientLoop clients(engine, options.workers, options.outstanding);
    SqlQueue rival(dsn, options.rounds * options.rival_cycles, options.workers, kRivalConnections);

    const int commits_before = timed.commits();
    const auto time_before = timed.time();
    const int cycles = options.builds / options.rounds;
    double seconds = 0;
    Rounds rounds;
    for (int round = 1; round <= options.rounds; ++round) {
        rounds.engine.push_back(clients.run(cycles));
        seconds += cycles / rounds.engine.back();
        rounds.rival.push_back(
            rival.run(options.rival_cycles, std::chrono::seconds(options.rival_seconds)));
        std::printf("round %d: engine %7.0f cycles/s, SQL queue %7.0f cycles/s\n", round,
                    rounds.engine.back(), rounds.rival.back());
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
    engine::EngineThread engine(config, nowhere, composer, {});
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
    const double rival = median(rounds.rival);
    const std::vector<double> lease_ms = lease_over_http(postgres.dsn(), options);
    const double in_memory = cycles_in_memory(options);

    const auto row = [](const char* name, double value, const char* unit) {
        std::printf("%-52s %10.1f %s\n", name, value, unit);
    };
    row("engine on PostgreSQL (median of rounds)", engine, "cycles/s");
    row("SQL queue, 8 connections (median of rounds)", rival, "cycles/s");
    row("ratio", engine / rival, "");
    row("engine on no database", in_memory, "cycles/s");
    row("cycles in one commit", rounds.cycles_per_commit, "");
    row("one commit", rounds.commit_ms, "ms");
    row("share of the engine's time in commits", rounds.commit_share * 100, "%");
    row("a lease over HTTP at a fixed rate, p50", quantile(lease_ms, 0.5), "ms");
    row("a lease over HTTP at a fixed rate, p99", quantile(lease_ms, 0.99), "ms");
    const wire::json::value line = {{"bench", "dispatch"},
                                    {"metrics",
                                     {{"cycles_per_s", engine},
                                      {"ratio_vs_sql_queue", engine / rival},
                                      {"lease_p99_ms", quantile(lease_ms, 0.99)},
                                      {"lease_p50_ms", quantile(lease_ms, 0.5)},
                                      {"sql_queue_cycles_per_s", rival},
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
    CLI::App app("Leases and finishes per second, against a SQL job table on the same server");
    app.add_option("--workers", options.workers, "Registered workers, of one slot each")
        ->capture_default_str();
    app.add_option("--builds", options.builds, "Builds to lease and finish, in all rounds")
        ->capture_default_str();
    app.add_option("--outstanding", options.outstanding, "Workers that wait for an answer at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
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
    try {
        return bench::run(options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_dispatch: %s\n", e.what());
        return 1;
    }
}
