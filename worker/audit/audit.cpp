#include "worker/audit/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "common/os/files.hpp"
#include "worker/audit/object_audit.hpp"

namespace terrace::audit {

namespace {

constexpr std::size_t kFindingsMax = 50;

struct AuditedFile {
    std::string package;
    std::string path;
    ObjectAudit audit;
};

bool is_debug(const std::string& package) {
    return package.ends_with("-debuginfo") || package.ends_with("-debugsource");
}

/// In an order that depends on nothing but the packages' contents.
std::vector<AuditedFile> audit_files(const std::vector<std::filesystem::path>& rpms,
                                     Level level_max) {
    std::vector<AuditedFile> files;
    std::string package;
    RpmVisitor visitor;
    visitor.wants_package = [&](const std::string& name) {
        package = name;
        return !is_debug(name);
    };
    visitor.wants_file = is_object;
    visitor.take_file = [&](const std::string& path, Bytes content) {
        files.push_back({package, path, audit_object(content, level_max, kFindingsMax)});
    };
    for (const std::filesystem::path& rpm : rpms) read_rpm(rpm, visitor);
    std::ranges::sort(files, {}, [](const AuditedFile& file) {
        return std::tie(file.package, file.path, file.audit.identity);
    });
    return files;
}

std::vector<std::string> collect_findings(const std::vector<AuditedFile>& files) {
    std::vector<std::string> findings;
    for (const auto& list : {&ObjectAudit::excesses, &ObjectAudit::notes}) {
        for (const AuditedFile& file : files) {
            for (const std::string& finding : file.audit.*list) {
                findings.push_back(fmt::format("{}: {}", file.path, finding));
            }
        }
    }
    if (findings.size() > kFindingsMax) {
        const std::size_t shown = kFindingsMax - 1;
        const std::size_t more = findings.size() - shown;
        findings.resize(shown);
        findings.push_back(fmt::format("... and {} more", more));
    }
    return findings;
}

}  // namespace

AuditReport audit_rpms(const std::vector<std::filesystem::path>& rpms, Level level_max) {
    const std::vector<AuditedFile> files = audit_files(rpms, level_max);
    AuditReport report;
    std::string identity = fmt::format("terrace audit {}\n", kVersion);
    for (const AuditedFile& file : files) {
        report.level_used = std::max(report.level_used, file.audit.level_used);
        // A path may hold anything but '\0'.
        identity += fmt::format("{}{}{}{}{}\n", file.package, '\0', file.path, '\0',
                                file.audit.identity.hex);
    }
    report.code_identity = os::sha256_of_text(identity);
    report.findings = collect_findings(files);
    return report;
}

}  // namespace terrace::audit
