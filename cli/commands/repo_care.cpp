// Whether what is published is whole, and what of it is no longer needed.
#include <fmt/format.h>

#include <chrono>

#include "cli/commands/repo_commands.hpp"
#include "cli/output/text.hpp"
#include "common/wire/repo_reports.hpp"

namespace terrace::cli {
namespace {

/// The farm answers when it has read everything.
constexpr std::chrono::hours kPatience{48};

struct VerifyOptions {
    std::string stream;
    std::string release;
};

struct NoOptions {};

struct GarbageOptions {
    bool dry_run = false;
};

void print_problems(Output& output, const std::vector<wire::RepoProblem>& problems) {
    if (problems.empty()) return;
    Table table({{"PATH"}, {"PROBLEM"}});
    for (const wire::RepoProblem& problem : problems)
        table.add({{problem.path, Paint::strong}, {problem.what}});
    output.print_line("");
    output.print(table, "");
}

/// As Session::answer(); and the exit code says whether all was well.
template <class Report, class Show>
ExitCode report(Session& session, const Result<std::string>& text, Show show) {
    const auto read = Session::read<Report>(text);
    if (!read) return session.fail(read.error());
    if (session.json) {
        session.output.print_line(*text);
    } else {
        show(*read);
        print_problems(session.output, read->problems);
    }
    return read->problems.empty() ? ExitCode::ok : ExitCode::failed;
}

ExitCode verify(Session& session, const VerifyOptions& options) {
    const Result<StreamRow> stream = stream_named(session, options.stream, options.release);
    if (!stream) return session.fail(stream.error());
    const Target target =
        Target("/v1/streams").segment(stream->release).segment(stream->name).segment("verify");
    return report<wire::VerifyReport>(
        session, session.farm.post(target, "{}", kPatience), [&](const wire::VerifyReport& row) {
            session.output.print_line(fmt::format(
                "Stream {} of {}, compose {}: {} repos, {} packages, {}, {} signatures; "
                "{} problems.",
                row.stream, row.release, row.compose, row.repos, row.packages,
                format_bytes(row.bytes), row.signatures, row.problems.size()));
        });
}

ExitCode fsck(Session& session, const NoOptions&) {
    return report<wire::FsckReport>(
        session, session.farm.post(Target("/v1/repos/fsck"), "{}", kPatience),
        [&](const wire::FsckReport& row) {
            session.output.print_line(fmt::format(
                "{} objects ({}), {} composes and {} streams with {} files, {} signatures; {} "
                "problems.",
                row.objects, format_bytes(row.bytes), row.composes, row.streams, row.files,
                row.signatures, row.problems.size()));
        });
}

void print_garbage(Output& output, const wire::GarbageReport& row) {
    Table composes({{"RELEASE"}, {"COMPOSE", Align::right}});
    for (const wire::RemovedCompose& compose : row.composes)
        composes.add({{compose.release}, {std::to_string(compose.id), Paint::strong}});
    if (!composes.empty()) {
        output.print(composes, "");
        output.print_line("");
    }
    output.print_line(fmt::format(
        "{} {} composes, {} served trees, {} objects ({}). The packages of {} builds are no longer "
        "reused.",
        row.dry_run ? "Would remove" : "Removed", row.composes.size(), row.served_trees,
        row.objects, format_bytes(row.bytes), row.builds));
}

ExitCode collect(Session& session, const GarbageOptions& options) {
    const wire::GarbageRequest body{options.dry_run};
    const auto answer = session.farm.post(Target("/v1/repos/gc"), wire::to_text(body), kPatience);
    return session.answer<wire::GarbageReport>(
        answer, [&](const wire::GarbageReport& row) { print_garbage(session.output, row); });
}

}  // namespace

void add_repo_care_commands(CLI::App& noun, Action& action) {
    Command<VerifyOptions> look(noun, "verify",
                                "Read a stream as a client does, all of it, and check it");
    look.app->add_option("stream", look.options->stream, "Name of the stream")->required();
    look.app->add_option("--release", look.options->release, "Release of the stream");
    look.does(action, verify);

    Command<NoOptions> check(noun, "fsck", "Check every object, the kept composes and the streams");
    check.does(action, fsck);

    Command<GarbageOptions> gc(noun, "gc", "Remove composes and objects that nothing needs");
    gc.app->add_flag("--dry-run", gc.options->dry_run, "Only say what would be removed");
    gc.does(action, collect);
}

}  // namespace terrace::cli
