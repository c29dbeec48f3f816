#include "scheduler/core/gate/audit_gate.hpp"

#include <cstddef>

namespace terrace::core {
namespace {

constexpr std::size_t kLinesMax = 20;
constexpr std::size_t kLineBytesMax = 400;

std::string leak_reason(const AuditedBuild& build, const std::string& what) {
    std::string reason = "The audit found code above the level of the " + what + " (" +
                         build.variant + "): " + build.leaks.front();
    if (build.leaks.size() > 1) reason += "; and more";
    return reason + ".";
}

}  // namespace

std::vector<std::string> leak_lines(const AuditReport& report) {
    const std::vector<AuditFinding> leaks = leaks_of(report);
    std::vector<std::string> lines;
    for (const AuditFinding& leak : leaks) {
        if (lines.size() == kLinesMax) break;
        lines.push_back(to_text(leak).substr(0, kLineBytesMax));
    }
    const std::size_t more =
        leaks.size() - lines.size() + static_cast<std::size_t>(report.findings_left_off);
    if (more > 0) lines.push_back("... and " + std::to_string(more) + " more");
    return lines;
}

std::optional<std::string> audit_refusal(const AuditedBuild& baseline,
                                         const AuditedBuild& variant) {
    if (!baseline.leaks.empty()) return leak_reason(baseline, "baseline");
    if (!variant.leaks.empty()) return leak_reason(variant, "variant");
    return std::nullopt;
}

}  // namespace terrace::core
