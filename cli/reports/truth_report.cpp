#include "cli/reports/truth_report.hpp"

#include <fmt/format.h>

#include <string>

#include "cli/output/text.hpp"

namespace terrace::cli {
namespace {

std::string percent(double share) {
    return fmt::format("{:.1f} %", share * 100);
}

std::vector<Cell> cells_of(const char* what, const Proportion& p) {
    return {{what, Paint::strong},
            {fmt::format("{} of {}", p.count, p.of)},
            {p.of > 0 ? percent(p.share) : "-"},
            {p.of > 0 ? fmt::format("[{}, {}]", percent(p.low), percent(p.high)) : "-"}};
}

std::vector<std::vector<Cell>> rows_of(const Truth& truth) {
    return {cells_of("Comparisons that said promote", truth.promoted),
            cells_of("Comparisons that said regress", truth.regressed),
            cells_of("95 % intervals that hold no change", truth.covered)};
}

const std::vector<Column>& columns() {
    static const std::vector<Column> kColumns = {{"Of a baseline against itself"},
                                                 {"Number", Align::right},
                                                 {"Share", Align::right},
                                                 {"95 % interval", Align::right}};
    return kColumns;
}

std::string summary_of(const Truth& truth) {
    std::string text = fmt::format("{} of a baseline with itself{}",
                                   counted(truth.measured, "measured comparison"),
                                   truth.release.empty() ? "" : " in release " + truth.release);
    if (truth.open > 0) text += fmt::format("; {} still open", truth.open);
    if (truth.unmeasured > 0) text += fmt::format("; {} not measured", truth.unmeasured);
    return text + ".";
}

}  // namespace

void print_truth(Output& output, const Truth& truth) {
    output.print_line(summary_of(truth));
    Table table(columns());
    for (std::vector<Cell>& row : rows_of(truth)) table.add(std::move(row));
    if (truth.measured > 0) output.print(table, "");
    for (const std::string& note : truth.notes) output.print_line(one_line(note));
}

std::vector<Block> truth_blocks(const Truth& truth) {
    std::vector<Block> blocks = {Paragraph{summary_of(truth)}};
    if (truth.measured > 0) {
        blocks.emplace_back(
            DocumentTable{"What identical sides were said to be", columns(), rows_of(truth)});
    }
    blocks.emplace_back(Points{truth.notes});
    return blocks;
}

}  // namespace terrace::cli
