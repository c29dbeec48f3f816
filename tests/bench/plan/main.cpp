// From a distribution's repository metadata to a queue of ready builds: how long it takes without
// and with what was resolved before, and what the scheduler's memory is then; how long the ranks of
// the graph take, anew and by one update.
#include <malloc.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/output/output.hpp"
#include "cli/output/table.hpp"
#include "common/os/child_process.hpp"
#include "common/wire/json.hpp"
#include "tests/bench/plan/planned.hpp"
#include "tests/bench/statistics.hpp"

namespace terrace::bench {
namespace {

struct RankTimes {
    double all_ms = 0;
    double one_p99_ms = 0;
    double one_max_ms = 0;
    double changed_mean = 0;  ///< nodes with another rank after an update
};

RankTimes time_ranks(const Planned& planned,
                     const core::SourceGraph& graph,
                     const core::Snapshot& state,
                     const Options& options) {
    std::vector<double> seconds;
    for (const SourcePackageId id : graph.sources) {
        const auto& package = state.source_packages.at(id);
        const auto known = state.build_history.find(
            {state.package_sets.at(planned.package_set()).release, package.name});
        seconds.push_back(static_cast<double>(known->second.wall_ms.front()) / 1000);
    }
    RankTimes times;
    std::vector<double> all;
    for (int round = 0; round < 21; ++round) {
        std::vector<double> copy = seconds;
        const Clock::time_point started = Clock::now();
        const core::Ranks ranks(graph.graph, std::move(copy));
        all.push_back(ms_since(started));
    }
    times.all_ms = median(all);

    core::Ranks ranks(graph.graph, seconds);
    sim::Draw draw(1, "ranks");
    std::vector<double> one;
    for (int i = 0; i < options.updates; ++i) {
        const auto node = static_cast<std::uint32_t>(draw.bits() % seconds.size());
        const double factor = 1.2 + 2 * draw.unit();
        const double value = ranks.seconds(node) * (draw.unit() < 0.5 ? factor : 1 / factor);
        const Clock::time_point started = Clock::now();
        const std::size_t changed = ranks.update(node, value).size();
        one.push_back(ms_since(started));
        times.changed_mean += static_cast<double>(changed) / options.updates;
        seconds[node] = value;
    }
    times.one_p99_ms = quantile(one, 0.99);
    times.one_max_ms = quantile(one, 1);
    const core::Ranks anew(graph.graph, seconds);
    for (std::uint32_t node = 0; node < seconds.size(); ++node) {
        if (anew.rank(node) != ranks.rank(node))
            throw std::runtime_error("The updated ranks are not those of the whole graph.");
    }
    return times;
}

/// Milliseconds that the farm takes for each finish that makes an estimate much longer.
std::vector<double> time_finishes(core::Farm& farm, int count) {
    core::RegisterWorker hello = a_worker(1);
    hello.hello.cores = 64;
    hello.hello.memory_bytes = hello.hello.disk_bytes_free = std::int64_t{1} << 40;
    const WorkerId worker = std::get<core::Registered>(must_apply(farm, hello)).worker;
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        const core::Reply reply =
            must_apply(farm, core::RequestLease{worker, hello.hello.incarnation, 0});
        const auto* lease = std::get_if<LeaseGrant>(&reply);
        if (lease == nullptr) throw std::runtime_error("The worker got nothing to build.");
        AttemptReport report = report_on(*lease);
        const auto& known = farm.state().build_history.at(
            {farm.state().rebuilds.begin()->second.release, lease->build->package});
        report.wall_ms = 3 * known.wall_ms.front();
        const core::ReportAttempt event{lease->attempt, report};
        const Clock::time_point started = Clock::now();
        must_apply(farm, event);
        times.push_back(ms_since(started));
    }
    return times;
}

/// This process's resident memory.
double rss_mb() {
    std::ifstream status("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    status >> pages >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// A process that does only what a scheduler does after a restart with a warm cache: prints its
/// resident memory, and what of it the farm holds once the allocator gave back what is free.
void print_memory(const Options& options) {
    const core::FarmConfig config = two_variants();
    const Overlay overlay(options.workload, config.releases.begin()->first);
    malloc_trim(0);
    const double before = rss_mb();
    const Planned planned(config, overlay, options);
    const double after = rss_mb();
    malloc_trim(0);
    fmt::print("{} {}\n", after, rss_mb() - before);
}

/// What the ranks' times and the ready builds are of: an empty graph would be fast as well.
void print_graph(const core::SourceGraph& graph, const core::Snapshot& state) {
    std::size_t needs = 0;
    std::size_t seed_needs = 0;
    std::uint32_t deepest = 0;
    for (std::uint32_t node = 0; node < graph.graph.size(); ++node) {
        needs += graph.graph.needs(node).size();
        seed_needs += graph.graph.seed_needs(node).size();
        deepest = std::max(deepest, graph.graph.depth(node));
    }
    const auto uninstallable = std::ranges::count_if(
        state.dependencies, [](const auto& row) { return !row.second.problems.empty(); });
    const auto& cycles = graph.graph.cycles();
    fmt::print(
        "{} needs between packages, at most {} in a chain; {} more in {} cycles, the "
        "largest of {}\n{} source packages cannot be built: they wait for nothing\n\n",
        needs, deepest + 1, seed_needs, cycles.size(), cycles.empty() ? 0 : cycles.front().size(),
        uninstallable);
}

struct Memory {
    double rss_mb = 0;
    double farm_mb = 0;
};

Memory measure_memory(const Options& options) {
    const os::CapturedRun run = os::run_captured(
        {.arguments = {"/proc/self/exe", "--only-memory", "--workload",
                       std::filesystem::absolute(options.workload).string(), "--repos",
                       std::filesystem::absolute(options.repos).string(), "--cache",
                       std::filesystem::absolute(options.cache).string()},
         .environment = os::current_environment()},
        std::chrono::minutes(10));
    std::istringstream output(run.output);
    Memory memory;
    if (run.exit_code != 0 || !(output >> memory.rss_mb >> memory.farm_mb))
        throw std::runtime_error("The process whose memory is measured failed: " + run.output);
    return memory;
}

void print_steps(const Steps& cold, const Steps& cached) {
    cli::Table table({{"step"}, {"cold, ms"}, {"cached, ms"}});
    for (const auto& [name, ms] : cold.steps)
        table.add({{name}, {fmt::format("{:.1f}", ms)}, {fmt::format("{:.1f}", cached[name])}});
    table.add(
        {{"all"}, {fmt::format("{:.1f}", cold.total())}, {fmt::format("{:.1f}", cached.total())}});
    cli::Output output = cli::standard_output();
    output.print(table, "");
}

/// By each step, so that one slow round does not show.
Steps median_of(const std::vector<Steps>& rounds) {
    Steps result;
    for (const auto& [name, ms] : rounds.front().steps) {
        std::vector<double> times;
        for (const Steps& round : rounds) times.push_back(round[name]);
        result.steps.emplace_back(name, median(times));
    }
    return result;
}

int run(const Options& options) {
    const core::FarmConfig config = two_variants();
    const Overlay overlay(options.workload, config.releases.begin()->first);
    std::filesystem::remove_all(options.cache);
    std::filesystem::create_directories(options.cache);
    const Steps cold = Planned(config, overlay, options).steps();
    std::vector<Steps> rounds;
    for (int round = 1; round < options.rounds; ++round)
        rounds.push_back(Planned(config, overlay, options).steps());
    Planned planned(config, overlay, options);
    if (planned.solved() != 0) throw std::runtime_error("The cache lacks what was resolved.");
    rounds.push_back(planned.steps());
    const Steps cached = median_of(rounds);

    const core::Snapshot& state = planned.farm().state();
    const auto graph = core::make_source_graph(state, planned.package_set(), a_seed().id);
    const RankTimes ranks = time_ranks(planned, graph.value(), state, options);
    const std::vector<double> finishes = time_finishes(planned.farm(), options.finishes);
    const Memory memory = measure_memory(options);

    fmt::print("{} source packages, {} builds of two variants, {} of them ready\n",
               planned.sources(), planned.builds(), planned.ready());
    print_graph(*graph, state);
    print_steps(cold, cached);
    fmt::print("\n{:<52} {:9.1f}\n", "cold / cached", cold.total() / cached.total());
    fmt::print("{:<52} {:9.3f} ms\n", "ranks of the whole graph", ranks.all_ms);
    fmt::print("{:<52} {:9.3f} ms\n", "ranks after one update, p99", ranks.one_p99_ms);
    fmt::print("{:<52} {:9.3f} ms ({:.1f} ranks changed on average)\n",
               "ranks after one update, the slowest", ranks.one_max_ms, ranks.changed_mean);
    fmt::print("{:<52} {:9.3f} ms (the slowest {:.3f} ms)\n", "the farm's answer to a finish, p99",
               quantile(finishes, 0.99), quantile(finishes, 1));
    fmt::print("{:<52} {:9.1f} MiB\n", "resident memory of a process that did it cached",
               memory.rss_mb);
    fmt::print("{:<52} {:9.1f} MiB\n", "of it the farm and its graph", memory.farm_mb);
    const wire::json::value line = {{"bench", "plan"},
                                    {"metrics",
                                     {{"cold_s", rounded(cold.total() / 1000)},
                                      {"cached_s", rounded(cached.total() / 1000)},
                                      {"cold_over_cached", rounded(cold.total() / cached.total())},
                                      {"dry_run_ms", rounded(cached["dry run"])},
                                      {"submit_ms", rounded(cached["submit"])},
                                      {"rank_all_ms", rounded(ranks.all_ms)},
                                      {"rank_one_ms", rounded(ranks.one_p99_ms)},
                                      {"finish_p99_ms", rounded(quantile(finishes, 0.99))},
                                      {"rss_mb", rounded(memory.rss_mb)},
                                      {"farm_mb", rounded(memory.farm_mb)}}}};
    std::cout << std::flush;
    fmt::print("{}\n", wire::json::serialize(line));
    return 0;
}

}  // namespace
}  // namespace terrace::bench

int main(int argc, char** argv) {
    using namespace terrace;
    bench::Options options;
    CLI::App app("From a distribution's metadata to a queue of ready builds, cold and cached");
    app.add_option("--workload", options.workload, "Folder with sources and binaries")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--repos", options.repos, "Folder that make-rpm-md made of it")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--cache", options.cache, "Folder for the cache; it is emptied")->required();
    app.add_option("--threads", options.threads, "Of the resolver")->capture_default_str();
    app.add_option("--rounds", options.rounds, "With the cache; the median counts")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--updates", options.updates, "Of ranks")->capture_default_str();
    app.add_option("--finishes", options.finishes, "Of builds")->capture_default_str();
    app.add_flag("--only-memory", options.only_memory,
                 "Print the resident memory after one cached round, and the farm's part of it");
    CLI11_PARSE(app, argc, argv);
    try {
        if (options.only_memory) {
            bench::print_memory(options);
            return 0;
        }
        return bench::run(options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_plan: %s\n", e.what());
        return 1;
    }
}
