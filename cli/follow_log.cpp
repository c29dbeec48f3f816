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
/// How long the farm may wait for more of a log before it answers.
constexpr std::chrono::seconds kLogWait{20};

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

/// One `build log -f`, from attempt to attempt. The log goes to standard output, what is said about
/// it to standard error.
class Follower {
public:
    Follower(Session& session, std::int64_t build)
        : session_(session), build_(build), patience_(session.output, kRestartWait) {}

    ExitCode run() {
        for (;;) {
            const Result<BuildRow> row = read_build(session_, build_);
            if (row) {
                patience_.answered();
                if (const auto attempt = next_attempt(*row)) {
                    const Result<void> followed = follow(*row, *attempt);
                    if (!followed) return session_.fail(followed.error());
                    continue;
                }
                if (has_ended(*row)) return say_end(*row);
                say_waiting(*row);
            } else if (!patience_.should_wait(row.error(), Patience::Clock::now())) {
                return session_.fail(row.error());
            }
            std::this_thread::sleep_for(kPollInterval);
        }
    }

private:
    /// At first the newest, then those that come, one after the other.
    std::optional<std::int64_t> next_attempt(const BuildRow& row) const {
        if (!last_) return row.attempt;
        std::optional<std::int64_t> next;
        for (const AttemptRow& attempt : row.attempt_list) {
            if (attempt.id > *last_ && (!next || attempt.id < *next)) next = attempt.id;
        }
        return next;
    }

    Result<void> follow(const BuildRow& row, std::int64_t attempt) {
        if (last_) session_.output.complain(begin_of(row, attempt));
        last_ = attempt;
        std::uint64_t offset = 0;
        for (;;) {
            const Result<LogPiece> piece = session_.farm.log(attempt, offset, kLogWait);
            if (piece) {
                patience_.answered();
                offset += piece->text.size();
                print_piece(session_.output, piece->text);
                if (piece->complete) return {};
            } else if (patience_.should_wait(piece.error(), Patience::Clock::now())) {
                std::this_thread::sleep_for(kPollInterval);
            } else {
                return piece.error();
            }
        }
    }

    static const AttemptRow* find(const BuildRow& row, std::optional<std::int64_t> attempt) {
        for (const AttemptRow& candidate : row.attempt_list) {
            if (candidate.id == attempt) return &candidate;
        }
        return nullptr;
    }

    static std::string begin_of(const BuildRow& row, std::int64_t attempt) {
        const AttemptRow* found = find(row, attempt);
        if (!found) return fmt::format("Attempt {} begins.", attempt);
        return fmt::format("Attempt {} (number {}) begins, on worker {}.", attempt, found->number,
                           one_line(found->worker));
    }

    /// Once after each attempt.
    void say_waiting(const BuildRow& row) {
        if (said_ == last_) return;
        said_ = last_;
        const AttemptRow* found = find(row, last_);
        if (!found || !found->outcome) return;
        session_.output.complain(
            fmt::format("Attempt {} ended with {}; the build waits for its next one.", found->id,
                        with_evidence(*found->outcome, found->evidence)));
    }

    ExitCode say_end(const BuildRow& row) {
        if (!last_) {
            return session_.fail(
                {Errc::not_found, fmt::format("Build {} has no attempt, so no log.", build_)});
        }
        const std::string end =
            row.outcome ? ": " + with_evidence(*row.outcome, row.evidence.value_or("")) : ".";
        session_.output.complain(fmt::format("Build {} ({} for {}) is {}{}", row.id,
                                             one_line(row.package), row.variant, row.state, end));
        return ExitCode::ok;
    }

    static std::string with_evidence(const std::string& outcome, const std::string& evidence) {
        return evidence.empty() ? outcome : outcome + " (" + one_line(evidence) + ")";
    }

    Session& session_;
    const std::int64_t build_;
    Patience patience_;
    std::optional<std::int64_t> last_;  // attempt whose log was shown
    std::optional<std::int64_t> said_;  // attempt of which it was said that it has ended
};

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
    return Follower(session, build).run();
}

}  // namespace terrace::cli
