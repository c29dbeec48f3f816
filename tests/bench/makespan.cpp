// How near to the lower bound the farm's order and placement come on a whole distribution, against
// what others do: flat, ordered, and three rebuilds at once with an urgent one that comes in
// between.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>

#include "common/vocab/names.hpp"
#include "common/wire/json.hpp"
#include "tests/sim/app/report.hpp"
#include "tests/sim/app/study.hpp"

namespace terrace {
namespace {

using sim::PolicyName;

constexpr std::uint64_t kSeed = 1;

struct Options {
    std::string workload;
    std::string fleet;
    int packages = 0;  ///< a sample of the workload; 0: all of it
    int urgent_packages = 100;
};

double rounded(double value) {
    return std::round(value * 10'000) / 10'000;
}

double seconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
}

class Bench {
public:
    explicit Bench(const Options& options)
        : options_(options),
          fleet_(sim::read_fleet(options.fleet)),
          workload_(sim::read_workload(options.workload)) {
        if (options.packages > 0) {
            workload_ = sim::sample(workload_, static_cast<std::size_t>(options.packages), kSeed);
        }
    }

    sim::Study play(const std::string& title,
                    const sim::CampaignPlan& plan,
                    const std::vector<PolicyName>& policies) {
        const auto started = std::chrono::steady_clock::now();
        sim::Study study =
            sim::run_study(sim::plan_campaign(workload_, plan), fleet_,
                           {.policies = policies, .seed = kSeed, .koji_interval = Duration(0)});
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
        output_.print_line(title + " (played in " + std::to_string(std::lround(took.count())) +
                           " s)");
        sim::print_report(study, output_);
        output_.print_line("");
        return study;
    }

    wire::json::object flat() {
        const sim::Study study = play("== One flat rebuild", {.seed = kSeed}, all_);
        wire::json::object metrics = over_bounds(study, "");
        metrics["flat_over_bound"] = metrics.at("terrace_over_bound");
        metrics.erase("terrace_over_bound");
        return metrics;
    }

    wire::json::object ordered() {
        const sim::CampaignPlan plan{.mode = Mode::ordered, .seed = kSeed};
        wire::json::object metrics = over_bounds(
            play("== One ordered rebuild, by what others do", plan, rivals_), "ordered_");
        try {
            const sim::Study study =
                play("== One ordered rebuild, by the farm", plan, {PolicyName::terrace});
            metrics["ordered_over_bound"] = rounded(study.over_bound(study.runs.front()));
        } catch (const std::runtime_error& e) {
            // Its words are the result: a farm that cannot do it has no number.
            output_.print_line(std::string("== One ordered rebuild, by the farm: ") + e.what());
            metrics["ordered_over_bound"] = nullptr;
        }
        return metrics;
    }

    wire::json::object shared() {
        sim::CampaignPlan plan{.rebuilds = 3, .seed = kSeed};
        plan.urgent = {urgent_at(), options_.urgent_packages};
        const sim::Study study =
            play("== Three flat rebuilds, and an urgent one while they run", plan, all_);
        wire::json::object metrics;
        for (const sim::PolicyRun& run : study.runs) {
            const bool is_ours = run.policy == PolicyName::terrace;
            const std::string prefix = is_ours ? "" : name_of(run.policy) + "_";
            const sim::Waits& urgent = run.figures.waits.at(sim::PriorityClass::urgent);
            metrics[prefix + "urgent_wait_s"] = rounded(seconds(urgent.median));
            metrics[prefix + "urgent_wait_max_s"] = rounded(seconds(urgent.max));
            if (run.figures.fair_share_min)
                metrics[prefix + "fair_share_min"] = rounded(*run.figures.fair_share_min);
            if (is_ours) metrics["shared_over_bound"] = rounded(study.over_bound(run));
        }
        return metrics;
    }

private:
    wire::json::object over_bounds(const sim::Study& study, const std::string& prefix) const {
        wire::json::object metrics;
        for (const sim::PolicyRun& run : study.runs) {
            metrics[prefix + name_of(run.policy) + "_over_bound"] = rounded(study.over_bound(run));
        }
        return metrics;
    }

    /// When a tenth of the work is done, so that it meets a full farm.
    Duration urgent_at() const {
        const sim::Campaign campaign =
            sim::plan_campaign(workload_, {.rebuilds = 3, .seed = kSeed});
        return sim::lower_bound(campaign, fleet_).by_level.at(Level::x86_64) / 10;
    }

    Options options_;
    sim::Fleet fleet_;
    sim::Workload workload_;
    cli::Output output_ = cli::standard_output();
    std::vector<PolicyName> all_ = {PolicyName::terrace, PolicyName::koji, PolicyName::fifo,
                                    PolicyName::obs};
    std::vector<PolicyName> rivals_ = {PolicyName::koji, PolicyName::fifo, PolicyName::obs};
};

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
    CLI11_PARSE(app, argc, argv);
    try {
        Bench bench(options);
        wire::json::object metrics = bench.flat();
        for (const wire::json::object& more : {bench.ordered(), bench.shared()})
            metrics.insert(more.begin(), more.end());
        const wire::json::value line = {{"bench", "makespan"}, {"metrics", metrics}};
        std::cout << wire::json::serialize(line) << std::endl;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_makespan: %s\n", e.what());
        return 1;
    }
    return 0;
}
