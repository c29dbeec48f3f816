#include "common/vocab/audit.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace terrace {
namespace {

std::string hexadecimal(std::int64_t number) {
    char text[20];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
    return text;
}

/// "/a/libx.a(member.o)" is covered by what covers "/a/libx.a", too.
bool is_about(const AuditException& exception, const AuditFinding& finding) {
    const auto is = [&](const std::string& path) {
        return matches_pattern(exception.object, path) ||
               matches_pattern(exception.object, path.substr(path.rfind('/') + 1));
    };
    const std::size_t member = finding.file.rfind('(');
    return is(finding.file) || (member != std::string::npos && is(finding.file.substr(0, member)));
}

bool covers(const AuditException& exception, const AuditFinding& finding) {
    if (!is_about(exception, finding)) return false;
    if (!exception.build_id.empty() && exception.build_id != finding.build_id) return false;
    if (exception.end != 0 &&
        (finding.address < exception.begin || finding.address >= exception.end)) {
        return false;
    }
    return exception.function.empty() || matches_pattern(exception.function, finding.function);
}

}  // namespace

bool matches_pattern(const std::string& pattern, const std::string& text) {
    // The last `*` takes one character more each time that what follows it does not fit.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

std::string to_text(const AuditFinding& finding) {
    const std::string begin = finding.file + ": ";
    if (finding.kind == AuditFindingKind::property)
        return begin + ".note.gnu.property needs " + finding.needs;
    if (finding.kind == AuditFindingKind::note && finding.instruction.empty())
        return begin + finding.text;
    std::string text = begin + finding.function + ": " + finding.instruction + " at " +
                       hexadecimal(finding.address) + " needs " + finding.needs;
    if (!finding.text.empty()) text += ", " + finding.text;
    return text;
}

void apply_exceptions(const std::vector<AuditException>& exceptions, AuditReport& report) {
    for (AuditFinding& finding : report.findings) {
        if (finding.kind == AuditFindingKind::note) continue;
        const auto found = std::ranges::find_if(
            exceptions, [&](const AuditException& e) { return covers(e, finding); });
        if (found != exceptions.end()) finding.exception = found->reason;
    }
}

std::vector<AuditFinding> leaks_of(const AuditReport& report) {
    std::vector<AuditFinding> leaks;
    std::ranges::copy_if(report.findings, std::back_inserter(leaks), [](const AuditFinding& f) {
        return f.kind != AuditFindingKind::note && f.exception.empty();
    });
    return leaks;
}

}  // namespace terrace
