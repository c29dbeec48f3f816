#include "cli/follow_log.hpp"

#include <fmt/format.h>

#include <optional>
#include <thread>

#include "cli/output/text.hpp"
#include "cli/patience.hpp"
#include "cli/rebuild_rows.hpp"

namespace terrace::cli {
namespace {

constexpr std::chrono::seconds kPollInterval{1};

bool has_ended(const BuildRow& build) {
    return build.state == "succeeded" || build.state == "failed" || build.state == "cancelled";
}

Result<BuildRow> read_build(Session& session, std::int64_t build) {
    return Session::read<BuildRow>(session.farm.get(Target("/v1/builds").segment(build)));
}

/// A log is what a package's build printed: on a terminal it must not move the cursor.
void print_piece(Output& output, const std::string& text) {
    output.out << (output.out_is_terminal ? without_controls(text) : text) << std::flush;
}

/// The newest attempt of a build, once there is one.
Result<std::int64_t> await_attempt(Session& session, std::int64_t build, Patience& patience) {
    for (;;) {
        const Result<BuildRow> row = read_build(session, build);
        if (row) {
            patience.answered();
            if (row->attempt) return *row->attempt;
            if (has_ended(*row))
                return Error{Errc::not_found, fmt::format("Build {} has no attempt.", build)};
        } else if (!patience.should_wait(row.error(), Patience::Clock::now())) {
            return row.error();
        }
        std::this_thread::sleep_for(kPollInterval);
    }
}

}  // namespace

ExitCode print_log_of_build(Session& session, std::int64_t build) {
    const Result<BuildRow> row = read_build(session, build);
    if (!row) return session.fail(row.error());
    if (!row->attempt) {
        return session.fail(
            {Errc::not_found, fmt::format("Build {} has no attempt, so no log.", build)});
    }
    std::uint64_t offset = 0;
    for (;;) {
        const Result<LogPiece> piece = session.farm.log(*row->attempt, offset);
        if (!piece) return session.fail(piece.error());
        if (piece->text.empty()) return ExitCode::ok;
        offset += piece->text.size();
        print_piece(session.output, piece->text);
    }
}

ExitCode follow_log_of_build(Session& session, std::int64_t build) {
    Patience patience(session.output, kRestartWait);
    const Result<std::int64_t> attempt = await_attempt(session, build, patience);
    if (!attempt) return session.fail(attempt.error());
    std::uint64_t offset = 0;
    for (;;) {
        const Result<LogPiece> piece = session.farm.log(*attempt, offset);
        if (piece) {
            patience.answered();
            offset += piece->text.size();
            print_piece(session.output, piece->text);
            if (piece->complete && piece->text.empty()) return ExitCode::ok;
            if (!piece->text.empty()) continue;
        } else if (!patience.should_wait(piece.error(), Patience::Clock::now())) {
            return session.fail(piece.error());
        }
        std::this_thread::sleep_for(kPollInterval);
    }
}

}  // namespace terrace::cli
