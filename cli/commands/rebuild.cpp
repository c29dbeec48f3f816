#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/rebuild_commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rebuild_rows.hpp"
#include "cli/watch.hpp"
#include "cli/watch_view.hpp"

namespace terrace::cli {
namespace {

struct IdOptions {
    std::int64_t id = 0;
};

struct ListOptions {
    std::string release;
};

Duration duration_of(const RebuildRow& row) {
    const TimePoint end =
        row.finished_at.value_or(std::chrono::floor<Duration>(std::chrono::system_clock::now()));
    return end - row.created_at;
}

std::string count_text(const Counts& counts) {
    const Tally tally = tally_of(counts);
    return fmt::format("{}/{}", tally.done, tally.total);
}

std::string id_text(const std::optional<std::int64_t>& id) {
    return id ? std::to_string(*id) : "-";
}

Cell state_cell(const RebuildRow& row) {
    if (is_held(row)) return {row.state + ", paused", Paint::notice};
    return word_cell(row.state);
}

ExitCode list_rebuilds(Session& session, const ListOptions& options) {
    const auto answer = session.farm.list(Target("/v1/rebuilds").with("release", options.release));
    return session.answer<std::vector<RebuildRow>>(
        answer, [&](const std::vector<RebuildRow>& rows) {
            Table table({{"REBUILD", Align::right},
                         {"RELEASE"},
                         {"STATE"},
                         {"PRIORITY"},
                         {"BUILDS", Align::right},
                         {"FAILED", Align::right},
                         {"COMPARISONS", Align::right},
                         {"STREAM"},
                         {"COMPOSE", Align::right},
                         {"STARTED"},
                         {"TIME", Align::right},
                         {"VARIANTS"}});
            for (const RebuildRow& row : rows) {
                const std::int64_t failed = tally_of(row.builds).failed;
                table.add({{std::to_string(row.id)},
                           {row.release, Paint::strong},
                           state_cell(row),
                           {row.priority},
                           {count_text(row.builds)},
                           {std::to_string(failed), failed > 0 ? Paint::bad : Paint::plain},
                           {count_text(row.comparisons)},
                           {row.stream},
                           {id_text(row.compose)},
                           {format_moment(row.created_at)},
                           {format_duration(duration_of(row))},
                           {fmt::format("{}", fmt::join(row.variants, " "))}});
            }
            session.output.print(table, "There is no rebuild yet: see terrace rebuild start.");
        });
}

std::string states_text(const Counts& counts) {
    std::string text;
    for (const auto& [state, count] : counts) {
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
    }
    return text.empty() ? "none" : text;
}

ExitCode show_status(Session& session, const IdOptions& options) {
    const auto answer = session.farm.get(Target("/v1/rebuilds").segment(options.id));
    return session.answer<RebuildRow>(answer, [&](const RebuildRow& row) {
        Table table({{"WHAT"}, {"VALUE"}});
        table.add({{"rebuild"}, {std::to_string(row.id)}});
        table.add({{"release"}, {row.release}});
        table.add({{"state"}, state_cell(row)});
        table.add({{"variants"}, {fmt::format("{}", fmt::join(row.variants, " "))}});
        table.add({{"mode"}, {row.mode}});
        table.add({{"priority"}, {row.priority}});
        table.add({{"share"}, {fmt::format("{}", row.share)}});
        table.add(
            {{"paused"}, {row.paused ? "yes" : "no", row.paused ? Paint::notice : Paint::plain}});
        table.add({{"retry of"}, {id_text(row.retry_of)}});
        table.add({{"second pass of"}, {id_text(row.second_pass_of)}});
        table.add({{"builds"}, {states_text(row.builds)}});
        table.add({{"comparisons"}, {states_text(row.comparisons)}});
        table.add({{"stream"}, {row.stream}});
        table.add({{"compose"}, {id_text(row.compose)}});
        table.add({{"started"}, {format_moment(row.created_at)}});
        table.add({{"time"}, {format_duration(duration_of(row))}});
        session.output.print(table, "");
    });
}

ExitCode watch(Session& session, const IdOptions& options) {
    return watch_rebuild(session, options.id);
}

void add_id_command(CLI::App& noun,
                    Action& action,
                    const char* name,
                    const char* description,
                    ExitCode (*run)(Session&, const IdOptions&)) {
    Command<IdOptions> command(noun, name, description);
    command.app->add_option("id", command.options->id, "Id of the rebuild")->required();
    command.does(action, run);
}

}  // namespace

void add_rebuild_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "rebuild", "Rebuilds: requests to build packages for variants");
    add_rebuild_start_commands(*noun, action);
    add_id_command(*noun, action, "status", "One rebuild in numbers", show_status);
    add_id_command(*noun, action, "watch",
                   "Show it until it has ended; exit code 1 if a build failed", watch);
    add_rebuild_control_commands(*noun, action);
    add_rebuild_pass_commands(*noun, action);

    Command<ListOptions> list(*noun, "list", "All rebuilds");
    list.app->add_option("--release", list.options->release, "Only of this release");
    list.does(action, list_rebuilds);
}

}  // namespace terrace::cli
