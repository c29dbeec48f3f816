#include "cli/watch_view.hpp"

#include <fmt/format.h>

#include "cli/output/progress_bar.hpp"
#include "cli/output/text.hpp"

namespace terrace::cli {
namespace {

constexpr std::size_t kBarWidth = 32;
constexpr std::size_t kRunningMax = 12;

std::int64_t count_of(const Counts& counts, const char* state) {
    const auto found = counts.find(state);
    return found == counts.end() ? 0 : found->second;
}

/// "1 failed, 2 running", or nothing.
std::string remark_of(const Tally& tally) {
    std::string text;
    if (tally.failed > 0) text = fmt::format("{} failed", tally.failed);
    if (tally.running > 0)
        text += fmt::format("{}{} running", text.empty() ? "" : ", ", tally.running);
    return text;
}

std::string summary_part(const char* what, const Tally& tally) {
    const std::string remark = remark_of(tally);
    return fmt::format("{} {}/{}{}", what, tally.done, tally.total,
                       remark.empty() ? "" : " (" + remark + ")");
}

std::string bar_line(const char* what, const Tally& tally) {
    const std::string remark = remark_of(tally);
    return fmt::format("  {:<12}{}{}", what, progress(tally.done, tally.total, kBarWidth),
                       remark.empty() ? "" : "  " + remark);
}

std::string state_text(const RebuildRow& rebuild) {
    return rebuild.state + (is_held(rebuild) ? ", paused" : "");
}

}  // namespace

Tally tally_of(const Counts& counts) {
    Tally tally;
    for (const auto& [state, count] : counts) tally.total += count;
    tally.failed = count_of(counts, "failed");
    tally.done = count_of(counts, "succeeded") + count_of(counts, "decided") +
                 count_of(counts, "cancelled") + tally.failed;
    tally.running = count_of(counts, "leased");
    return tally;
}

bool has_ended(const RebuildRow& rebuild) {
    return rebuild.state == "finished" || rebuild.state == "failed" || rebuild.state == "cancelled";
}

bool is_held(const RebuildRow& rebuild) {
    return rebuild.paused && !has_ended(rebuild);
}

std::string summary_of(const RebuildRow& rebuild) {
    std::string text = summary_part("builds", tally_of(rebuild.builds));
    const Tally comparisons = tally_of(rebuild.comparisons);
    if (comparisons.total > 0) text += ", " + summary_part("comparisons", comparisons);
    return text;
}

std::vector<std::string> live_lines(const WatchSnapshot& snapshot, TimePoint now) {
    const RebuildRow& rebuild = snapshot.rebuild;
    const Duration elapsed = rebuild.finished_at.value_or(now) - rebuild.created_at;
    std::vector<std::string> lines;
    lines.push_back(fmt::format(
        "Rebuild {} of {}: {}, {}", rebuild.id, one_line(rebuild.release), state_text(rebuild),
        format_duration(std::chrono::floor<std::chrono::seconds>(elapsed))));
    lines.push_back(bar_line("builds", tally_of(rebuild.builds)));
    const Tally comparisons = tally_of(rebuild.comparisons);
    if (comparisons.total > 0) lines.push_back(bar_line("comparisons", comparisons));
    for (std::size_t i = 0; i < snapshot.running.size(); ++i) {
        if (i == kRunningMax) {
            lines.push_back(fmt::format("  and {} more", snapshot.running.size() - i));
            break;
        }
        const RunningRow& row = snapshot.running[i];
        lines.push_back(fmt::format("  {:<12}{}", one_line(row.worker), one_line(row.what)));
    }
    return lines;
}

std::optional<std::string> ChangeReport::next(const RebuildRow& rebuild, TimePoint now) {
    const std::string line =
        fmt::format("rebuild {} {}: {}", rebuild.id, state_text(rebuild), summary_of(rebuild));
    const bool too_soon = said_at_ && now - *said_at_ < interval_ && !has_ended(rebuild);
    if (line == said_ || too_soon) return std::nullopt;
    said_ = line;
    said_at_ = now;
    const Duration elapsed = std::chrono::floor<std::chrono::seconds>(
        rebuild.finished_at.value_or(now) - rebuild.created_at);
    return fmt::format("{} {}", format_duration(elapsed), line);
}

}  // namespace terrace::cli
