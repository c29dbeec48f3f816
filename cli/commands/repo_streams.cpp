// Where streams point, and what differs between composes.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "cli/commands/repo_commands.hpp"
#include "cli/output/text.hpp"
#include "common/wire/repo_reports.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

constexpr std::chrono::milliseconds kLookAgain{300};

struct DiffOptions {
    std::string before;
    std::string after;
    std::string release;
};

struct PromoteOptions {
    std::int64_t compose = 0;
    std::string stream;
    bool hurt_allowed = false;
};

struct RollbackOptions {
    std::string stream;
    std::optional<std::int64_t> to;
    std::string release;
    bool hurt_allowed = false;
};

constexpr const char* kHurtAllowed = "--allow-hurt-clients";
constexpr const char* kHurtAllowedHelp =
    "Move it even if the client check finds somebody who is hurt, or cannot be made";

void print_diff(Output& output, const ComposeDiff& diff) {
    Table table({{"REPO"}, {"PACKAGE"}, {"ARCH"}, {"BEFORE"}, {"AFTER"}});
    for (const DifferingPackage& row : diff.packages) {
        table.add({{row.repo},
                   {row.name, Paint::strong},
                   {row.arch},
                   {or_dash(row.before)},
                   {or_dash(row.after)}});
    }
    output.print(
        table, fmt::format("Composes {} and {} have the same packages.", diff.before, diff.after));
}

ExitCode diff_composes(Session& session, const DiffOptions& options) {
    const Result<std::int64_t> before = compose_meant(session, options.before, options.release);
    if (!before) return session.fail(before.error());
    const Result<std::int64_t> after = compose_meant(session, options.after, options.release);
    if (!after) return session.fail(after.error());
    const Target target = Target("/v1/composes/diff").with("before", *before).with("after", *after);
    return session.answer<ComposeDiff>(session.farm.get(target), [&](const ComposeDiff& diff) {
        print_diff(session.output, diff);
    });
}

/// Waits until the move has ended: the farm has decided it already, and goes on with it whatever
/// becomes of us.
ExitCode await_move(Session& session, const Result<std::string>& started) {
    const auto created = Session::read<wire::Created>(started);
    if (!created) return session.fail(created.error());
    for (;;) {
        const Result<std::string> text = session.farm.get(Target("/v1/moves").segment(created->id));
        const auto move = Session::read<MoveRow>(text);
        if (!move) return session.fail(move.error());
        if (move->state == "pending") {
            std::this_thread::sleep_for(kLookAgain);
            continue;
        }
        if (session.json) {
            session.output.print_line(*text);
        } else if (move->state == "finished") {
            session.output.print_line(fmt::format("Stream {} of {} shows compose {} now.",
                                                  move->stream, move->release, move->compose));
            if (!move->client_check.empty()) session.output.print_line(move->client_check);
        }
        if (move->state == "finished") return ExitCode::ok;
        return session.fail({Errc::conflict, move->error});
    }
}

ExitCode promote(Session& session, const PromoteOptions& options) {
    const auto compose = Session::read<ComposeRow>(
        session.farm.get(Target("/v1/composes").segment(options.compose)));
    if (!compose) return session.fail(compose.error());
    const wire::PromoteRequest body{options.compose, options.hurt_allowed};
    const Target target =
        Target("/v1/streams").segment(compose->release).segment(options.stream).segment("promote");
    return await_move(session, session.farm.post(target, wire::to_text(body)));
}

ExitCode roll_back(Session& session, const RollbackOptions& options) {
    const Result<StreamRow> stream = stream_named(session, options.stream, options.release);
    if (!stream) return session.fail(stream.error());
    const wire::RollbackRequest body{options.to, options.hurt_allowed};
    const Target target =
        Target("/v1/streams").segment(stream->release).segment(stream->name).segment("rollback");
    return await_move(session, session.farm.post(target, wire::to_text(body)));
}

}  // namespace

Result<StreamRow> stream_named(Session& session,
                               const std::string& name,
                               const std::string& release) {
    const auto streams = Session::read<std::vector<StreamRow>>(
        session.farm.list(Target("/v1/streams").with("release", release)));
    if (!streams) return streams.error();
    const auto is_meant = [&](const StreamRow& row) { return row.name == name; };
    const auto count = std::ranges::count_if(*streams, is_meant);
    if (count == 0) return Error{Errc::not_found, "There is no published stream '" + name + "'."};
    if (count > 1) {
        return Error{Errc::conflict,
                     "Several releases have a stream '" + name + "': name one with --release."};
    }
    return *std::ranges::find_if(*streams, is_meant);
}

Result<std::int64_t> compose_meant(Session& session,
                                   const std::string& what,
                                   const std::string& release) {
    std::int64_t id = 0;
    const char* end = what.data() + what.size();
    if (std::from_chars(what.data(), end, id).ptr == end) return id;
    const Result<StreamRow> stream = stream_named(session, what, release);
    if (!stream) return stream.error();
    return stream->compose;
}

void add_repo_stream_commands(CLI::App& noun, Action& action) {
    Command<DiffOptions> diff(noun, "diff", "Which packages differ between two composes");
    diff.app->add_option("before", diff.options->before, "Id of a compose, or name of a stream")
        ->required();
    diff.app->add_option("after", diff.options->after, "The same")->required();
    diff.app->add_option("--release", diff.options->release, "Release of the streams");
    diff.does(action, diff_composes);

    Command<PromoteOptions> to(noun, "promote", "Let a stream show a compose, newer than its own");
    to.app->add_option("compose", to.options->compose, "Id of the compose")->required();
    to.app->add_option("stream", to.options->stream, "Name of the stream")->required();
    to.app->add_flag(kHurtAllowed, to.options->hurt_allowed, kHurtAllowedHelp);
    to.does(action, promote);

    Command<RollbackOptions> back(noun, "rollback", "Let a stream show an earlier compose again");
    back.app->add_option("stream", back.options->stream, "Name of the stream")->required();
    back.app->add_option("--to", back.options->to, "Id of the compose; without it, the one before");
    back.app->add_option("--release", back.options->release, "Release of the stream");
    back.app->add_flag(kHurtAllowed, back.options->hurt_allowed, kHurtAllowedHelp);
    back.does(action, roll_back);
}

}  // namespace terrace::cli
