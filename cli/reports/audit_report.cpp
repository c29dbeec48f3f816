#include "cli/reports/audit_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/output/text.hpp"
#include "common/vocab/names.hpp"

namespace terrace::cli {
namespace {

constexpr std::size_t kItemsShown = 20;

std::string level_text(Level level) {
    return level == Level::none ? "-" : name_of(level);
}

Table objects_of(const AuditReport& report) {
    Table table({{"OBJECT"},
                 {"LEVEL"},
                 {"DISPATCHED"},
                 {"FUNCTIONS", Align::right},
                 {"OF THEM DISPATCHED", Align::right}});
    for (const AuditedObject& object : report.objects) {
        table.add({{one_line(object.file)},
                   {level_text(object.level_used)},
                   {level_text(object.level_dispatched)},
                   {std::to_string(object.functions)},
                   {std::to_string(object.functions_dispatched)}});
    }
    return table;
}

void print_items(Output& output, const char* sign, const std::vector<std::string>& items) {
    for (std::size_t i = 0; i < std::min(items.size(), kItemsShown); ++i)
        output.print_line(fmt::format("    {} {}", sign, one_line(items[i])));
    if (items.size() > kItemsShown)
        output.print_line(fmt::format("    {} and {} more", sign, items.size() - kItemsShown));
}

}  // namespace

void print_audit(Output& output, const AuditReport& report) {
    output.print(objects_of(report), "There is no code in it.");
    output.print_line("");
    output.print_line("Highest level of an instruction: " + level_text(report.level_used));
    output.print_line("Identity of the code: " + report.code_identity.hex);
    const auto leaks = leaks_of(report);
    if (leaks.empty()) output.print_line("Leaks: none");
    for (const AuditFinding& leak : leaks) output.print_line("Leak: " + one_line(to_text(leak)));
    if (report.findings_left_off > 0)
        output.print_line(fmt::format("Leak: ... and {} more", report.findings_left_off));
    for (const AuditFinding& finding : report.findings) {
        if (finding.exception.empty()) continue;
        output.print_line(fmt::format("Exception: {} ({})", one_line(to_text(finding)),
                                      one_line(finding.exception)));
    }
    for (const AuditFinding& finding : report.findings) {
        if (finding.kind == AuditFindingKind::note)
            output.print_line("Note: " + one_line(to_text(finding)));
    }
}

void print_parity(Output& output,
                  const std::vector<ParityDifference>& differences,
                  bool has_same_code) {
    output.print_line(has_same_code ? "All code is the same in both." : "The code differs.");
    if (differences.empty()) output.print_line("Their packages are the same to others.");
    for (const ParityDifference& difference : differences) {
        output.print_line(
            fmt::format("{}: {} differ", one_line(difference.package), difference.facet));
        print_items(output, "-", difference.only_baseline);
        print_items(output, "+", difference.only_variant);
    }
}

}  // namespace terrace::cli
