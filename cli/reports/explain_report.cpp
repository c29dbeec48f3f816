#include "cli/reports/explain_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/text.hpp"
#include "common/vocab/names.hpp"

namespace terrace::cli {
namespace {

constexpr std::size_t kNeedsShown = 20;

std::string away_text(TimePoint time, TimePoint now) {
    return time > now ? "in " + format_duration(time - now) : "now";
}

void print_unplaceable(Output& output, const Explanation& explanation, TimePoint now) {
    if (!explanation.since) return;
    const std::string since = fmt::format("{} ({})", format_moment(*explanation.since),
                                          format_duration(now - *explanation.since));
    if (explanation.unplaceable) {
        output.print_line(painted(
            fmt::format("UNPLACEABLE since {}: it will not run unless a fitting worker joins the "
                        "farm or is enabled.",
                        since),
            Paint::bad, output.out_style));
    } else {
        output.print_line(painted(fmt::format("No worker fits it since {}.", since), Paint::notice,
                                  output.out_style));
    }
}

void print_needs(Output& output, const Explanation& explanation) {
    const auto& needs = explanation.waits_for;
    if (needs.empty()) return;
    const std::size_t shown = std::min(needs.size(), kNeedsShown);
    std::string line = "Waits for:";
    for (std::size_t i = 0; i < shown; ++i)
        line += fmt::format("{} {}", i == 0 ? "" : ",", one_line(needs[i]));
    if (shown < needs.size()) line += fmt::format(" and {} more", needs.size() - shown);
    output.print_line(line);
}

void print_estimates(Output& output, const Explanation& explanation, TimePoint now) {
    if (explanation.position) {
        output.print_line(fmt::format(
            "Position: number {} of its rebuild; of others, {} ready in its priority class and {} "
            "in higher ones",
            *explanation.position, explanation.ready_in_class, explanation.of_higher_class));
    }
    if (explanation.start_estimated) {
        output.print_line(fmt::format(
            "Estimated start: {} ({}): {}", format_moment(*explanation.start_estimated),
            away_text(*explanation.start_estimated, now), one_line(explanation.start_basis)));
    }
    if (explanation.seconds_expected > 0) {
        const auto span = std::chrono::duration_cast<Duration>(
            std::chrono::duration<double>(explanation.seconds_expected));
        output.print_line(fmt::format("Expected time: {}: {}", format_duration(span),
                                      one_line(explanation.seconds_basis)));
    }
}

Paint paint_of_predicate(const std::string& predicate, bool unplaceable) {
    if (predicate == "free") return Paint::good;
    return unplaceable ? Paint::bad : Paint::notice;
}

Table workers_of(const Explanation& explanation) {
    Table table({{"WORKER"}, {"LEVEL"}, {"PREDICATE"}, {"DETAIL"}});
    for (const WorkerReason& row : explanation.workers) {
        table.add({{row.worker, Paint::strong},
                   {name_of(row.level)},
                   {row.predicate, paint_of_predicate(row.predicate, explanation.unplaceable)},
                   {row.detail}});
    }
    return table;
}

}  // namespace

void print_explanation(Output& output, const Explanation& explanation, TimePoint now) {
    output.print_line(
        fmt::format("Build {}: {} for {}, {}", explanation.build.value,
                    one_line(explanation.package), one_line(explanation.variant),
                    painted(explanation.state, paint_of(explanation.state), output.out_style)));
    output.print_line(one_line(explanation.why));
    print_unplaceable(output, explanation, now);
    print_needs(output, explanation);
    print_estimates(output, explanation, now);
    if (explanation.workers.empty()) return;
    output.print_line("");
    output.print(workers_of(explanation), "");
}

}  // namespace terrace::cli
