#include "cli/watch.hpp"

#include <fmt/format.h>

#include <thread>

#include "cli/output/live_block.hpp"
#include "cli/output/text.hpp"
#include "cli/patience.hpp"
#include "cli/rebuild_rows.hpp"
#include "cli/rows.hpp"
#include "cli/watch_view.hpp"

namespace terrace::cli {
namespace {

constexpr std::chrono::seconds kPollInterval{1};
constexpr std::chrono::seconds kLineInterval{5};
/// Asked one by one, so a large farm shows only some of them.
constexpr std::size_t kWorkersMax = 12;

TimePoint now_of_this_host() {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

/// What the farm's workers do. Only shown: what cannot be read is left out.
std::vector<RunningRow> read_running(Farm& farm) {
    std::vector<RunningRow> running;
    const auto workers = Session::read<std::vector<WorkerRow>>(farm.list(Target("/v1/workers")));
    if (!workers) return running;
    std::size_t asked = 0;
    for (const WorkerRow& worker : *workers) {
        if (worker.running == 0) continue;
        if (++asked > kWorkersMax) break;
        const auto row =
            Session::read<WorkerRow>(farm.get(Target("/v1/workers").segment(worker.name)));
        if (!row) continue;
        for (const LeaseRow& lease : row->leases) {
            const char* verb = lease.comparison ? "comparing " : "";
            running.push_back(
                {worker.name, fmt::format("{}{} {}", verb, lease.package, lease.variant)});
        }
    }
    return running;
}

/// Progress goes to standard error with --json, so that standard output is one document.
class Screen {
public:
    explicit Screen(Session& session)
        : farm_(session.farm),
          live_(session.json ? session.output.err_is_terminal : session.output.out_is_terminal),
          out_(session.json ? session.output.err : session.output.out),
          block_(out_, session.json ? session.output.err_style : session.output.out_style),
          report_(kLineInterval) {}

    void show(const RebuildRow& rebuild) {
        if (live_) {
            block_.show(live_lines(
                {rebuild, has_ended(rebuild) ? std::vector<RunningRow>{} : read_running(farm_)},
                now_of_this_host()));
        } else if (const auto line = report_.next(rebuild, now_of_this_host())) {
            out_ << *line << std::endl;
        }
    }
    /// Before a sentence is printed below the block.
    void clear() { block_.clear(); }

private:
    Farm& farm_;
    bool live_;
    std::ostream& out_;
    LiveBlock block_;
    ChangeReport report_;
};

void print_failed_builds(Session& session, const RebuildRow& rebuild) {
    const Target target = Target("/v1/builds").with("rebuild", rebuild.id).with("state", "failed");
    const auto rows = Session::read<std::vector<BuildRow>>(session.farm.list(target));
    if (!rows) {
        session.output.complain(rows.error().message);
        return;
    }
    Table table({{"FAILED", Align::right}, {"PACKAGE"}, {"VARIANT"}, {"OUTCOME"}, {"EVIDENCE"}});
    for (const BuildRow& row : *rows) {
        table.add({{std::to_string(row.id)},
                   {row.package, Paint::strong},
                   {row.variant},
                   word_cell(or_dash(row.outcome)),
                   {row.evidence.value_or("")}});
    }
    session.output.print(table, "");
}

/// The end of it, for people and for scripts.
ExitCode conclude(Session& session, const std::string& text, const RebuildRow& rebuild) {
    const bool any_failed = tally_of(rebuild.builds).failed > 0;
    if (session.json) {
        session.output.print_line(text);
    } else if (any_failed) {
        print_failed_builds(session, rebuild);
    }
    return rebuild.state == "finished" && !any_failed ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

ExitCode watch_rebuild(Session& session, std::int64_t id) {
    Patience patience(session.output, kRestartWait);
    Screen screen(session);
    for (;;) {
        const Result<std::string> text = session.farm.get(Target("/v1/rebuilds").segment(id));
        const Result<RebuildRow> row = Session::read<RebuildRow>(text);
        if (row) {
            patience.answered();
            screen.show(*row);
            if (has_ended(*row)) return conclude(session, *text, *row);
        } else {
            screen.clear();
            if (!patience.should_wait(row.error(), Patience::Clock::now()))
                return session.fail(row.error());
        }
        std::this_thread::sleep_for(kPollInterval);
    }
}

}  // namespace terrace::cli
