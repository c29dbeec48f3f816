#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/rebuild_rows.hpp"
#include "common/vocab/time.hpp"

/// What `rebuild watch` shows. Pure functions of what the farm said.
namespace terrace::cli {

/// The counts by state, summed up as people ask for them.
struct Tally {
    std::int64_t total = 0;
    std::int64_t done = 0;  ///< in a final state
    std::int64_t failed = 0;
    std::int64_t running = 0;
    friend bool operator==(const Tally&, const Tally&) = default;
};

Tally tally_of(const Counts& counts);

/// One slot at work.
struct RunningRow {
    std::string worker;
    std::string what;  ///< "lame x86_64_v3", "comparing zstd x86_64_v3"
};

struct WatchSnapshot {
    RebuildRow rebuild;
    std::vector<RunningRow> running;
};

bool has_ended(const RebuildRow& rebuild);

/// Paused, and that still matters.
bool is_held(const RebuildRow& rebuild);

/// "builds 5/24 (1 failed, 2 running), comparisons 3/10 (1 running)"
std::string summary_of(const RebuildRow& rebuild);

/// For a terminal: bars, what each worker does, and the time since the rebuild was started.
std::vector<std::string> live_lines(const WatchSnapshot& snapshot, TimePoint now);

/// For a file or a pipe: a line when something changed, but not more often than the interval; the
/// last state is always said.
class ChangeReport {
public:
    explicit ChangeReport(Duration interval) : interval_(interval) {}

    /// The line to print now, if any.
    std::optional<std::string> next(const RebuildRow& rebuild, TimePoint now);

private:
    Duration interval_;
    std::string said_;
    std::optional<TimePoint> said_at_;
};

}  // namespace terrace::cli
