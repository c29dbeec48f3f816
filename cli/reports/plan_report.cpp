#include "cli/reports/plan_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/text.hpp"
#include "common/vocab/names.hpp"

namespace terrace::cli {
namespace {

constexpr std::size_t kUninstallableShown = 20;
constexpr std::size_t kCannotRunShown = 50;

Duration span_of(double seconds) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

std::string hours_text(double hours) {
    return format_duration(span_of(hours * 3600));
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+/:@%=";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

void print_title(Output& output, std::string_view title) {
    output.print_line("");
    output.print_line(painted(title, Paint::strong, output.out_style));
}

void print_summary(Output& output, const RebuildPlan& plan) {
    output.print_line(fmt::format("A rebuild of {}: {}, mode {}, priority {}, for stream {}",
                                  one_line(plan.release), counted(plan.builds, "build"),
                                  name_of(plan.mode), name_of(plan.priority),
                                  one_line(plan.stream)));
    output.print_line(fmt::format("From package set {} and seed {}. Nothing has been started.",
                                  plan.package_set.value, plan.seed.hex.substr(0, 12)));
}

void print_variants(Output& output, const RebuildPlan& plan) {
    print_title(output, "What would be built");
    Table table({{"VARIANT"},
                 {"TO BUILD", Align::right},
                 {"REUSED", Align::right},
                 {"SKIPPED", Align::right}});
    for (const VariantPlan& row : plan.variants) {
        table.add({{row.variant, Paint::strong},
                   {std::to_string(row.to_build)},
                   {std::to_string(row.reused)},
                   {std::to_string(row.skipped)}});
    }
    output.print(table, "Nothing: the release has no variant.");
    if (plan.noarch_once > 0) {
        output.print_line(counted(plan.noarch_once, "noarch source package") +
                          " built once, for every variant.");
    }
}

void print_levels(Output& output, const RebuildPlan& plan) {
    print_title(output, "Work for each level (this level or higher)");
    Table table({{"LEVEL"},
                 {"BUILDS", Align::right},
                 {"SLOT HOURS", Align::right},
                 {"SLOTS", Align::right},
                 {"AT LEAST", Align::right}});
    for (const LevelPlan& row : plan.levels) {
        const bool is_stuck = row.builds > 0 && row.slots == 0;
        table.add({{name_of(row.level), Paint::strong},
                   {std::to_string(row.builds)},
                   {fmt::format("{:.1f}", row.slot_hours)},
                   {std::to_string(row.slots), is_stuck ? Paint::bad : Paint::plain},
                   {is_stuck ? "never" : hours_text(row.bound_hours),
                    is_stuck ? Paint::bad : Paint::plain}});
    }
    output.print(table, "None.");
}

void print_time(Output& output, const RebuildPlan& plan) {
    print_title(output, "Time, if the farm did nothing else");
    output.print_line("Expected: " + hours_text(plan.makespan_hours));
    output.print_line(fmt::format("No less than: {}, decided by: {}", hours_text(plan.bound_hours),
                                  one_line(plan.bound_by)));
    if (plan.mode != Mode::ordered) return;
    output.print_line(fmt::format("Longest chain of dependencies: {}, in {}",
                                  hours_text(plan.critical_path_hours),
                                  counted(plan.waves, "wave")));
    output.print_line("In cycles, with a dependency from the seed: " +
                      counted(plan.in_cycles, "source package"));
}

void print_longest(Output& output, const RebuildPlan& plan) {
    if (plan.longest.empty()) return;
    print_title(output, "The longest builds");
    Table table({{"PACKAGE"},
                 {"VARIANT"},
                 {"TIME", Align::right},
                 {"FROM", Align::right},
                 {"TO", Align::right},
                 {"BASIS"}});
    for (const LongBuild& row : plan.longest) {
        table.add({{row.package, Paint::strong},
                   {row.variant},
                   {format_duration(span_of(row.seconds))},
                   {format_duration(span_of(row.seconds_low))},
                   {format_duration(span_of(row.seconds_high))},
                   {row.basis}});
    }
    output.print(table, "");
}

/// The first `shown_max` rows and how many more there are.
void print_reasons(Output& output,
                   std::string_view title,
                   const std::vector<CannotRun>& rows,
                   std::size_t shown_max) {
    print_title(output,
                fmt::format("{}: {}", title, rows.empty() ? "none" : std::to_string(rows.size())));
    if (rows.empty()) return;
    Table table({{"PACKAGE"}, {"VARIANT"}, {"WHY"}});
    const std::size_t shown = std::min(rows.size(), shown_max);
    for (std::size_t i = 0; i < shown; ++i) {
        const CannotRun& row = rows[i];
        table.add({{row.package, Paint::strong},
                   {row.variant.empty() ? "every" : row.variant},
                   {row.why}});
    }
    output.print(table, "");
    if (shown < rows.size())
        output.print_line(fmt::format("and {} more (--json has all)", rows.size() - shown));
}

void print_blast_radius(Output& output, const RebuildPlan& plan) {
    const BlastRadius& radius = plan.blast_radius;
    print_title(output, "Blast radius");
    output.print_line(fmt::format(
        "{} to build; {}", counted(radius.sources, "source package"),
        radius.dependents_known
            ? counted(radius.dependents, "other") + " depending on them, directly or not."
            : "who needs them is not known."));
    if (radius.stream_rpms == 0) {
        output.print_line(fmt::format("Stream {} has no RPM yet.", one_line(plan.stream)));
    } else {
        output.print_line(fmt::format("{} of the {} RPMs in stream {} would be replaced.",
                                      radius.stream_rpms_touched, radius.stream_rpms,
                                      one_line(plan.stream)));
    }
}

void print_notes(Output& output, const RebuildPlan& plan) {
    if (plan.notes.empty()) return;
    print_title(output, "Notes");
    for (const std::string& note : plan.notes) output.print_line("- " + one_line(note));
}

void print_start(Output& output, const wire::RebuildRequest& request, const RebuildPlan& plan) {
    print_title(output, "To start it");
    if (plan.must_confirm) {
        output.print_line(fmt::format(
            "It is large, so the farm wants its number of builds ({}) confirmed:", plan.builds));
    }
    output.print_line("  " + one_line(start_command(request, plan)));
}

}  // namespace

std::string start_command(const wire::RebuildRequest& request, const RebuildPlan& plan) {
    const wire::RebuildRequest defaults;
    std::string command = "terrace rebuild start " + shell_word(request.release);
    const auto add = [&](const char* option, const std::string& value) {
        command += fmt::format(" {} {}", option, shell_word(value));
    };
    for (const std::string& package : request.packages) add("--package", package);
    for (const std::string& variant : request.variants) add("--variant", variant);
    if (request.mode != defaults.mode) add("--mode", name_of(request.mode));
    if (!request.stream.empty()) add("--stream", request.stream);
    if (request.priority != defaults.priority) add("--priority", name_of(request.priority));
    if (request.share != defaults.share) add("--share", fmt::format("{}", request.share));
    if (plan.must_confirm) add("--confirm", std::to_string(plan.builds));
    return command;
}

void print_plan(Output& output, const wire::RebuildRequest& request, const RebuildPlan& plan) {
    print_summary(output, plan);
    print_variants(output, plan);
    print_levels(output, plan);
    print_time(output, plan);
    print_longest(output, plan);
    print_reasons(output, "What cannot run", plan.cannot_run, kCannotRunShown);
    print_reasons(output, "What the seed does not satisfy (BuildRequires)", plan.uninstallable,
                  kUninstallableShown);
    print_blast_radius(output, plan);
    print_notes(output, plan);
    print_start(output, request, plan);
}

}  // namespace terrace::cli
