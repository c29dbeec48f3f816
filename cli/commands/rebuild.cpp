#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rows.hpp"
#include "cli/watch.hpp"
#include "cli/watch_view.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

struct StartOptions {
    wire::RebuildRequest request;
    std::string mode = "flat";
    bool watch = false;
};

struct IdOptions {
    std::int64_t id = 0;
};

struct ListOptions {
    std::string release;
};

ExitCode start_rebuild(Session& session, const StartOptions& options) {
    wire::RebuildRequest request = options.request;
    request.mode =
        from_name<Mode>(options.mode).value_or(Mode::flat);  // the parser let nothing else through
    const auto answer = session.farm.post(Target("/v1/rebuilds"), wire::to_text(request));
    if (!options.watch) {
        return session.answer<wire::Created>(answer, [&](const wire::Created& created) {
            session.output.print_line(fmt::format("Rebuild {} is started.", created.id));
        });
    }
    const auto created = Session::read<wire::Created>(answer);
    if (!created) return session.fail(created.error());
    if (!session.json)
        session.output.print_line(fmt::format("Rebuild {} is started.", created->id));
    return watch_rebuild(session, created->id);
}

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

ExitCode list_rebuilds(Session& session, const ListOptions& options) {
    const auto answer = session.farm.list(Target("/v1/rebuilds").with("release", options.release));
    return session.answer<std::vector<RebuildRow>>(
        answer, [&](const std::vector<RebuildRow>& rows) {
            Table table({{"REBUILD", Align::right},
                         {"RELEASE"},
                         {"STATE"},
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
                           word_cell(row.state),
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
        table.add({{"state"}, word_cell(row.state)});
        table.add({{"variants"}, {fmt::format("{}", fmt::join(row.variants, " "))}});
        table.add({{"mode, priority"}, {fmt::format("{}, {}", row.mode, row.priority)}});
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

ExitCode cancel_rebuild(Session& session, const IdOptions& options) {
    const auto answer =
        session.farm.post(Target("/v1/rebuilds").segment(options.id).segment("cancel"), "{}");
    if (!answer) return session.fail(answer.error());
    if (!session.json)
        session.output.print_line(fmt::format("Rebuild {} is cancelled.", options.id));
    return ExitCode::ok;
}

void add_start_command(CLI::App& noun, Action& action) {
    Command<StartOptions> start(noun, "start",
                                "Build a release's packages for its variants, compare and publish");
    StartOptions& options = *start.options;
    start.app->add_option("release", options.request.release, "Name of the release")->required();
    add_list_option(*start.app, "--package", options.request.packages,
                    "Only this source package; may be repeated");
    add_list_option(*start.app, "--variant", options.request.variants,
                    "Only this variant; may be repeated");
    start.app->add_option("--stream", options.request.stream,
                          "Stream to publish to (the release's first)");
    start.app
        ->add_option("--mode", options.mode,
                     "flat: every build sees only the seed; ordered: dependencies first")
        ->check(CLI::IsMember({"flat", "ordered"}));
    start.app->add_option("--priority", options.request.priority, "Higher goes first (0)");
    start.app->add_flag("--watch", options.watch, "Show it until it has ended");
    start.does(action, start_rebuild);
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
    add_start_command(*noun, action);
    add_id_command(*noun, action, "status", "One rebuild in numbers", show_status);
    add_id_command(*noun, action, "watch",
                   "Show it until it has ended; exit code 1 if a build failed", watch);
    add_id_command(*noun, action, "cancel", "Cancel a rebuild that has not ended", cancel_rebuild);

    Command<ListOptions> list(*noun, "list", "All rebuilds");
    list.app->add_option("--release", list.options->release, "Only of this release");
    list.does(action, list_rebuilds);
}

}  // namespace terrace::cli
