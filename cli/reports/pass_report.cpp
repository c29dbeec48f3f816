#include "cli/reports/pass_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/text.hpp"

namespace terrace::cli {
namespace {

constexpr std::size_t kOnlyShown = 20;

/// A changed result is what the reader came for, so all are shown; a selection may be thousands.
void add_changes(Table& table,
                 const std::string& variant,
                 const Cell& change,
                 const std::vector<std::string>& packages,
                 std::size_t shown_max) {
    const std::size_t shown = std::min(packages.size(), shown_max);
    for (std::size_t i = 0; i < shown; ++i)
        table.add({{variant}, change, {packages[i], Paint::strong}});
    if (shown < packages.size())
        table.add({{variant}, change, {fmt::format("and {} more", packages.size() - shown)}});
}

}  // namespace

void print_second_pass(Output& output, const SecondPass& pass) {
    Table table({{"PACKAGE"}, {"TOOK IN"}});
    for (const SecondPassChoice& choice : pass.packages) {
        std::string name = choice.package;
        for (const std::string& reason : choice.reasons) {
            table.add({{name, Paint::strong}, {reason}});
            name.clear();  // the other reasons stand below the first
        }
        if (choice.reasons.empty()) table.add({{name, Paint::strong}, {"-"}});
    }
    output.print(table, fmt::format("No package of rebuild {} took code in from another one that "
                                    "it built.",
                                    pass.rebuild.value));
    if (!pass.packages.empty()) {
        output.print_line(
            fmt::format("{} took in code that rebuild {} made anew.",
                        counted(static_cast<std::int64_t>(pass.packages.size()), "package"),
                        pass.rebuild.value));
    }
}

void print_diff(Output& output, const RebuildDiff& diff) {
    const std::string only_before = fmt::format("only in {}", diff.before.value);
    const std::string only_after = fmt::format("only in {}", diff.after.value);
    Table counts({{"VARIANT"},
                  {"NEWLY FAILING", Align::right},
                  {"NEWLY PASSING", Align::right},
                  {"ONLY IN " + std::to_string(diff.before.value), Align::right},
                  {"ONLY IN " + std::to_string(diff.after.value), Align::right}});
    Table changes({{"VARIANT"}, {"CHANGE"}, {"PACKAGE"}});
    for (const VariantDiff& row : diff.variants) {
        const bool any_failing = !row.newly_failing.empty();
        counts.add(
            {{row.variant, Paint::strong},
             {std::to_string(row.newly_failing.size()), any_failing ? Paint::bad : Paint::plain},
             {std::to_string(row.newly_passing.size())},
             {std::to_string(row.only_before.size())},
             {std::to_string(row.only_after.size())}});
        add_changes(changes, row.variant, {"newly failing", Paint::bad}, row.newly_failing,
                    row.newly_failing.size());
        add_changes(changes, row.variant, {"newly passing", Paint::good}, row.newly_passing,
                    row.newly_passing.size());
        add_changes(changes, row.variant, {only_before, Paint::faint}, row.only_before, kOnlyShown);
        add_changes(changes, row.variant, {only_after, Paint::faint}, row.only_after, kOnlyShown);
    }
    output.print(counts, "Neither has a build that has ended.");
    if (diff.variants.empty()) return;
    output.print_line("");
    output.print(changes, "No package came out differently.");
}

}  // namespace terrace::cli
