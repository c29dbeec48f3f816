// How near to the lower bound the farm's order and placement come on a whole distribution, against
// what others do: flat, ordered, and three rebuilds at once with an urgent one that comes in
// between.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "cli/output/table.hpp"
#include "common/vocab/names.hpp"
#include "common/wire/json.hpp"
#include "tests/sim/app/report.hpp"
#include "tests/sim/app/study.hpp"

namespace terrace {
namespace {

using sim::PolicyName;

struct Options {
    std::string workload;
    std::string fleet;
    int packages = 0;  ///< a sample of the workload; 0: all of it
    int urgent_packages = 4;
    int seeds = 5;
};

/// The values of one metric, one for each seed.
using Metrics = std::map<std::string, std::vector<double>>;

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double rounded(double value) {
    return std::round(value * 10'000) / 10'000;
}

double seconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
}

/// "koji_" for koji, nothing for the farm itself.
std::string prefix_of(PolicyName policy) {
    return policy == PolicyName::terrace ? "" : name_of(policy) + "_";
}

std::string flat_name(PolicyName policy) {
    return policy == PolicyName::terrace ? "flat_over_bound" : prefix_of(policy) + "over_bound";
}

/// Plays the campaigns of one seed; prints their reports if it is told to.
class Bench {
public:
    Bench(const Options& options, const sim::Workload& workload, std::uint64_t seed, bool prints)
        : options_(options),
          fleet_(sim::read_fleet(options.fleet)),
          workload_(workload),
          seed_(seed),
          prints_(prints) {
        if (options.packages > 0)
            workload_ = sim::sample(workload_, static_cast<std::size_t>(options.packages), seed);
    }

    void flat(Metrics& metrics) {
        const sim::Study study = play("One flat rebuild", {.seed = seed_}, all_);
        for (const sim::PolicyRun& run : study.runs)
            metrics[flat_name(run.policy)].push_back(study.over_bound(run));
    }

    void ordered(Metrics& metrics) {
        const sim::CampaignPlan plan{.mode = Mode::ordered, .seed = seed_};
        for (const PolicyName policy : all_) {
            const std::string title = "One ordered rebuild: " + name_of(policy);
            try {
                const sim::Study study = play(title, plan, {policy});
                metrics["ordered_" + prefix_of(policy) + "over_bound"].push_back(
                    study.over_bound(study.runs.front()));
            } catch (const std::runtime_error& e) {
                // A farm that cannot do it has no number.
                if (prints_) output_.print_line("== " + title + ": " + e.what() + "\n");
            }
        }
    }

    void shared(Metrics& metrics) {
        sim::CampaignPlan plan{.rebuilds = 3, .seed = seed_};
        plan.urgent = {urgent_at(), options_.urgent_packages};
        const sim::Study study =
            play("Three flat rebuilds, and an urgent one while they run", plan, all_);
        for (const sim::PolicyRun& run : study.runs) {
            const std::string prefix = prefix_of(run.policy);
            const sim::Waits& urgent = run.figures.waits.at(PriorityClass::urgent);
            metrics["shared_" + prefix + "over_bound"].push_back(study.over_bound(run));
            metrics[prefix + "urgent_wait_s"].push_back(seconds(urgent.median));
            metrics[prefix + "urgent_wait_max_s"].push_back(seconds(urgent.max));
            if (run.figures.fair_share_min)
                metrics[prefix + "fair_share_min"].push_back(*run.figures.fair_share_min);
        }
    }

private:
    sim::Study play(const std::string& title,
                    const sim::CampaignPlan& plan,
                    const std::vector<PolicyName>& policies) {
        const auto started = std::chrono::steady_clock::now();
        sim::Study study =
            sim::run_study(sim::plan_campaign(workload_, plan), fleet_,
                           {.policies = policies, .seed = seed_, .koji_interval = Duration(0)});
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
        if (prints_) {
            output_.print_line(fmt::format("== {} (played in {:.1f} s)", title, took.count()));
            sim::print_report(study, output_);
            output_.print_line("");
        }
        return study;
    }

    /// When a tenth of the work is done, so that it meets a full farm.
    Duration urgent_at() const {
        const sim::Campaign campaign =
            sim::plan_campaign(workload_, {.rebuilds = 3, .seed = seed_});
        return sim::lower_bound(campaign, fleet_).by_level.at(Level::x86_64) / 10;
    }

    const Options& options_;
    sim::Fleet fleet_;
    sim::Workload workload_;
    std::uint64_t seed_;
    bool prints_;
    cli::Output output_ = cli::standard_output();
    std::vector<PolicyName> all_ = {PolicyName::terrace, PolicyName::koji, PolicyName::fifo,
                                    PolicyName::obs};
};

/// The mean over the seeds, and the worst of those where the worst is what counts.
wire::json::object summary(const Metrics& metrics) {
    wire::json::object result;
    for (const auto& [name, values] : metrics) {
        const auto [least, most] = std::ranges::minmax(values);
        if (name.ends_with("fair_share_min")) {
            result[name] = rounded(least);
        } else if (name.ends_with("wait_max_s")) {
            result[name] = rounded(most);
        } else {
            result[name] = rounded(mean(values));
        }
        if (name.ends_with("over_bound")) result[name + "_worst"] = rounded(most);
    }
    return result;
}

void print_summary(const Metrics& metrics, int seeds) {
    cli::Output output = cli::standard_output();
    const auto text = [&](const std::string& name, const char* unit) -> std::string {
        const auto found = metrics.find(name);
        if (found == metrics.end()) return "-";
        const auto [least, most] = std::ranges::minmax(found->second);
        if (*unit != 0) return fmt::format("{:.0f} {}", mean(found->second), unit);
        return fmt::format("{:.3f} ({:.3f} to {:.3f})", mean(found->second), least, most);
    };
    output.print_line(
        fmt::format("== Over {} seeds: mean, and from the least to the most\n", seeds));
    cli::Table table({{"policy"},
                      {"flat, over bound"},
                      {"ordered, over bound"},
                      {"three at once, over bound"},
                      {"urgent wait, median"},
                      {"least fair share"}});
    for (const PolicyName policy :
         {PolicyName::terrace, PolicyName::koji, PolicyName::fifo, PolicyName::obs}) {
        const std::string prefix = prefix_of(policy);
        table.add({{name_of(policy)},
                   {text(flat_name(policy), "")},
                   {text("ordered_" + prefix + "over_bound", "")},
                   {text("shared_" + prefix + "over_bound", "")},
                   {text(prefix + "urgent_wait_s", "s")},
                   {text(prefix + "fair_share_min", "")}});
    }
    output.print(table, "");
    output.print_line("");
}

}  // namespace
}  // namespace terrace

int main(int argc, char** argv) {
    using namespace terrace;
    Options options;
    CLI::App app("Makespan over the lower bound, waits and fairness: the farm against others");
    app.add_option("--workload", options.workload, "Folder with sources and binaries")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--fleet", options.fleet, "Machines")->required()->check(CLI::ExistingFile);
    app.add_option("--packages", options.packages, "A sample of so many packages; 0: all")
        ->capture_default_str();
    app.add_option("--urgent-packages", options.urgent_packages, "Of the urgent rebuild")
        ->capture_default_str();
    app.add_option("--seeds", options.seeds, "How many seeds; the reports are of the first")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        const sim::Workload workload = sim::read_workload(options.workload);
        Metrics metrics;
        for (int seed = 1; seed <= options.seeds; ++seed) {
            Bench bench(options, workload, static_cast<std::uint64_t>(seed), seed == 1);
            bench.flat(metrics);
            bench.ordered(metrics);
            bench.shared(metrics);
        }
        print_summary(metrics, options.seeds);
        const wire::json::value line = {{"bench", "makespan"}, {"metrics", summary(metrics)}};
        std::cout << wire::json::serialize(line) << std::endl;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_makespan: %s\n", e.what());
        return 1;
    }
    return 0;
}
