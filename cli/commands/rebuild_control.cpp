#include <fmt/format.h>

#include "cli/commands/rebuild_commands.hpp"

namespace terrace::cli {
namespace {

struct IdOptions {
    std::int64_t id = 0;
};

/// A POST about one rebuild; `done`: the sentence's end, "is paused".
ExitCode tell(Session& session, std::int64_t id, const char* verb, const char* done) {
    const auto answer = session.farm.post(Target("/v1/rebuilds").segment(id).segment(verb), "{}");
    if (!answer) return session.fail(answer.error());
    if (!session.json) session.output.print_line(fmt::format("Rebuild {} {}.", id, done));
    return ExitCode::ok;
}

ExitCode pause_rebuild(Session& session, const IdOptions& options) {
    return tell(session, options.id, "pause", "is paused: what runs goes on, nothing new starts");
}

ExitCode resume_rebuild(Session& session, const IdOptions& options) {
    return tell(session, options.id, "resume", "goes on");
}

ExitCode abort_rebuild(Session& session, const IdOptions& options) {
    return tell(session, options.id, "cancel", "is aborted");
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

void add_rebuild_control_commands(CLI::App& noun, Action& action) {
    add_id_command(noun, action, "pause",
                   "Start none of its builds until it is resumed; what runs goes on",
                   pause_rebuild);
    add_id_command(noun, action, "resume", "Let a paused rebuild go on", resume_rebuild);
    add_id_command(noun, action, "abort", "End a rebuild: what has not ended is cancelled",
                   abort_rebuild);
}

}  // namespace terrace::cli
