#include "tests/sim/app/program.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>

#include "cli/exit_code.hpp"
#include "cli/output/text.hpp"
#include "common/vocab/names.hpp"
#include "tests/sim/app/charts.hpp"
#include "tests/sim/app/progress_line.hpp"
#include "tests/sim/app/report.hpp"
#include "tests/sim/app/study.hpp"

namespace terrace::sim {
namespace {

struct Options {
    std::string fleet;
    std::string workload;
    std::string replay;
    std::vector<std::string> policies = {"terrace", "koji", "fifo", "obs"};
    std::string mode = "flat";
    std::string priority_class = "normal";
    int rebuilds = 1;
    int packages = 0;
    double urgent_at_s = 0;
    int urgent_packages = 0;
    double koji_interval_s = 0;
    std::uint64_t seed = 1;
    std::string gantt;
    std::string utilisation;
    bool json = false;
};

constexpr const char* kFooter =
    "True build times are the estimates times noise drawn by the seed; the policies know the "
    "estimates\nonly. The same seed gives the same bytes.\n"
    "Exit codes: 0 ok, 1 something failed, 2 the command line is not right.";

void add_inputs(CLI::App& app, Options& options) {
    app.add_option("--fleet", options.fleet, "Machines: a YAML file with groups")
        ->required()
        ->check(CLI::ExistingFile);
    auto* inputs = app.add_option_group("what to build");
    inputs->require_option(1);
    inputs
        ->add_option("--workload", options.workload,
                     "A release: a folder with sources.tsv.zst and binaries.tsv.zst")
        ->check(CLI::ExistingDirectory);
    auto* replay = inputs
                       ->add_option("--replay", options.replay,
                                    "A recorded history: a TSV file with its arrival times")
                       ->check(CLI::ExistingFile);
    app.add_option("--mode", options.mode, "ordered: a build waits for what it needs")
        ->check(CLI::IsMember({"flat", "ordered"}))
        ->capture_default_str()
        ->excludes(replay);
    app.add_option("--rebuilds", options.rebuilds, "Rebuilds of all packages, all at the start")
        ->check(CLI::Range(1, 100))
        ->capture_default_str()
        ->excludes(replay);
    app.add_option("--class", options.priority_class, "Of these rebuilds")
        ->check(CLI::IsMember({"background", "normal", "urgent"}))
        ->capture_default_str()
        ->excludes(replay);
    app.add_option("--packages", options.packages,
                   "Only so many of the packages, drawn by the seed")
        ->check(CLI::Range(1, 1'000'000))
        ->excludes(replay);
    auto* at = app.add_option("--urgent-at", options.urgent_at_s,
                              "When an urgent rebuild comes besides, in seconds")
                   ->check(CLI::Range(0.0, 1e9))
                   ->excludes(replay);
    auto* packages =
        app.add_option("--urgent-packages", options.urgent_packages, "How many packages it has")
            ->check(CLI::Range(1, 1'000'000))
            ->excludes(replay);
    at->needs(packages);
    packages->needs(at);
}

void add_options(CLI::App& app, Options& options) {
    app.footer(kFooter);
    app.set_version_flag("--version", "terrace-sim " TERRACE_VERSION);
    add_inputs(app, options);
    app.add_option("--policy", options.policies, "Who decides, side by side")
        ->delimiter(',')
        ->check(CLI::IsMember({"terrace", "koji", "fifo", "obs"}))
        ->capture_default_str();
    app.add_option("--koji-interval", options.koji_interval_s,
                   "Least seconds between two runs of koji's scheduler (a real hub: 60)")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Of all that is drawn")->capture_default_str();
    const auto chart_name = [](const std::string& name) {
        return is_chart_name(name) ? std::string() : "'" + name + "' must end in .svg or .png";
    };
    app.add_option("--gantt", options.gantt, "Draw the slots over time into this .svg or .png file")
        ->check(chart_name);
    app.add_option("--utilisation", options.utilisation,
                   "Draw the use of each level over time into this .svg or .png file")
        ->check(chart_name);
    app.add_flag("--json", options.json, "Print one JSON document instead of tables");
}

Duration duration_of(double seconds) {
    return Duration(static_cast<std::int64_t>(seconds * 1000));
}

Campaign make_campaign(const Options& options) {
    if (!options.replay.empty()) return read_replay(options.replay);
    Workload workload = read_workload(options.workload);
    if (options.packages > 0) {
        workload = sample(workload, static_cast<std::size_t>(options.packages), options.seed);
    }
    CampaignPlan plan;
    plan.mode = from_name<Mode>(options.mode).value();
    plan.rebuilds = options.rebuilds;
    plan.priority_class = from_name<PriorityClass>(options.priority_class).value();
    plan.seed = options.seed;
    if (options.urgent_packages > 0)
        plan.urgent = {duration_of(options.urgent_at_s), options.urgent_packages};
    return plan_campaign(workload, plan);
}

Study make_study(const Options& options, cli::Output& output) {
    StudyOptions study;
    study.seed = options.seed;
    study.koji_interval = duration_of(options.koji_interval_s);
    for (const std::string& policy : options.policies)
        study.policies.push_back(from_name<PolicyName>(policy).value());
    ProgressLine line(output);
    return run_study(make_campaign(options), read_fleet(options.fleet), study,
                     [&](PolicyName policy, std::size_t done, std::size_t total) {
                         line.show(name_of(policy), done, total);
                     });
}

void run(const Options& options, cli::Output& output) {
    const Study study = make_study(options, output);
    if (options.json) {
        output.print_line(wire::json::serialize(report_json(study, options.seed)));
    } else {
        print_report(study, output);
    }
    if (!options.gantt.empty()) draw_gantt(study, options.gantt);
    if (!options.utilisation.empty()) draw_utilisation(study, options.utilisation);
}

}  // namespace

int run_program(std::vector<std::string> arguments, cli::Output& output) {
    using cli::ExitCode;
    Options options;
    CLI::App app("Plays rebuilds on a fleet under a virtual clock: how long, how fair, how full",
                 "terrace-sim");
    add_options(app, options);
    const auto complain = [&](const std::string& sentence) {
        output.err << "terrace-sim: " << cli::one_line(sentence) << std::endl;
    };
    try {
        std::ranges::reverse(arguments);  // what CLI11 expects of a vector
        app.parse(arguments);
    } catch (const CLI::ParseError& e) {
        const ExitCode code = cli::exit_code_of_parser(e.get_exit_code());
        if (code == ExitCode::ok) {
            app.exit(e, output.out, output.err);
        } else {
            complain(std::string(e.what()) + " (see --help)");
        }
        return static_cast<int>(code);
    }
    try {
        run(options, output);
        return static_cast<int>(ExitCode::ok);
    } catch (const std::exception& e) {
        complain(e.what());
        return static_cast<int>(ExitCode::failed);
    }
}

}  // namespace terrace::sim
