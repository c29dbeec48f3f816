#include "tests/sim/app/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "cli/output/table.hpp"
#include "cli/output/text.hpp"
#include "common/vocab/names.hpp"

namespace terrace::sim {
namespace {

using cli::Align;
using cli::format_duration;
using cli::Table;

double rounded(double value) {
    return std::round(value * 10'000) / 10'000;
}

double seconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", share * 100);
}

void print_bound(const Study& study, cli::Output& output) {
    Table table({{"lower bound", Align::left}, {"", Align::right}});
    table.add({{"longest build"}, {format_duration(study.bound.longest_build)}});
    for (const auto& [level, bound] : study.bound.by_level) {
        table.add({{"work that needs " + name_of(level) + ", over the slots that have it"},
                   {format_duration(bound)}});
    }
    table.add({{"longest chain of builds"}, {format_duration(study.bound.critical_path)}});
    table.add({{"the most of them", cli::Paint::strong},
               {format_duration(study.bound.max()), cli::Paint::strong}});
    output.print(table, "");
    output.print_line("");
}

void print_policies(const Study& study, cli::Output& output) {
    std::vector<cli::Column> columns = {
        {"policy", Align::left},          {"makespan", Align::right},
        {"over bound", Align::right},     {"attempts", Align::right},
        {"of them failed", Align::right}, {"least fair share", Align::right}};
    Table table(columns);
    for (const PolicyRun& run : study.runs) {
        const Figures& figures = run.figures;
        table.add(
            {{name_of(run.policy)},
             {format_duration(figures.makespan)},
             {fmt::format("{:.3f}", study.over_bound(run))},
             {std::to_string(figures.attempts)},
             {std::to_string(figures.failed_attempts)},
             {figures.fair_share_min ? fmt::format("{:.2f}", *figures.fair_share_min) : "-"}});
    }
    output.print(table, "");
    output.print_line("");
}

void print_waits(const Study& study, cli::Output& output) {
    Table table({{"policy", Align::left},
                 {"class", Align::left},
                 {"builds", Align::right},
                 {"wait, median", Align::right},
                 {"95 %", Align::right},
                 {"longest", Align::right}});
    for (const PolicyRun& run : study.runs) {
        for (const auto& [priority_class, waits] : run.figures.waits) {
            table.add({{name_of(run.policy)},
                       {name_of(priority_class)},
                       {std::to_string(waits.builds)},
                       {format_duration(waits.median)},
                       {format_duration(waits.p95)},
                       {format_duration(waits.max)}});
        }
    }
    output.print(table, "");
    output.print_line("");
}

void print_utilisation(const Study& study, cli::Output& output) {
    std::vector<cli::Column> columns = {
        {"policy", Align::left}, {"slots of", Align::left}, {"busy", Align::right}};
    for (int tenth = 1; tenth <= 10; ++tenth)
        columns.push_back({fmt::format("{}/10", tenth), Align::right});
    Table table(columns);
    for (const PolicyRun& run : study.runs) {
        for (const auto& [level, tenths] : run.figures.utilisation.tenths) {
            std::vector<cli::Cell> row = {{name_of(run.policy)},
                                          {name_of(level)},
                                          {percent(run.figures.utilisation.overall.at(level))}};
            for (const double share : tenths) row.push_back({percent(share)});
            table.add(std::move(row));
        }
    }
    output.print(table, "");
}

wire::json::object bound_json(const Bound& bound) {
    wire::json::object by_level;
    for (const auto& [level, value] : bound.by_level) by_level[name_of(level)] = seconds(value);
    return {{"lower_bound_s", seconds(bound.max())},
            {"longest_build_s", seconds(bound.longest_build)},
            {"by_level_s", by_level},
            {"critical_path_s", seconds(bound.critical_path)}};
}

wire::json::object utilisation_json(const Utilisation& utilisation) {
    wire::json::object levels;
    for (const auto& [level, series] : utilisation.by_level) {
        wire::json::array shares;
        for (const double share : series) shares.push_back(rounded(share));
        levels[name_of(level)] = {{"overall", rounded(utilisation.overall.at(level))},
                                  {"series", shares}};
    }
    return {{"bucket_s", seconds(utilisation.bucket)}, {"by_level", levels}};
}

wire::json::object run_json(const Study& study, const PolicyRun& run) {
    const Figures& figures = run.figures;
    wire::json::object waits;
    for (const auto& [priority_class, wait] : figures.waits) {
        waits[name_of(priority_class)] = {{"builds", wait.builds},
                                          {"median_s", seconds(wait.median)},
                                          {"p95_s", seconds(wait.p95)},
                                          {"max_s", seconds(wait.max)}};
    }
    wire::json::value fair = nullptr;
    if (figures.fair_share_min) fair = rounded(*figures.fair_share_min);
    return {{"policy", name_of(run.policy)},
            {"makespan_s", seconds(figures.makespan)},
            {"over_bound", rounded(study.over_bound(run))},
            {"attempts", figures.attempts},
            {"failed_attempts", figures.failed_attempts},
            {"fair_share_min", fair},
            {"wait", waits},
            {"utilisation", utilisation_json(figures.utilisation)}};
}

}  // namespace

void print_report(const Study& study, cli::Output& output) {
    output.print_line(fmt::format("{} builds in {} rebuilds, on {} slots of {} machines\n",
                                  study.campaign.builds.size(), study.campaign.rebuilds.size(),
                                  study.fleet.slots.size(), study.fleet.machines.size()));
    print_bound(study, output);
    print_policies(study, output);
    print_waits(study, output);
    print_utilisation(study, output);
}

wire::json::value report_json(const Study& study, std::uint64_t seed) {
    wire::json::array runs;
    for (const PolicyRun& run : study.runs) runs.push_back(run_json(study, run));
    return {{"seed", seed},
            {"builds", study.campaign.builds.size()},
            {"rebuilds", study.campaign.rebuilds.size()},
            {"slots", study.fleet.slots.size()},
            {"bound", bound_json(study.bound)},
            {"policies", runs}};
}

}  // namespace terrace::sim
