#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"

namespace terrace::core {

/// What is kept in memory of the audit of one build.
struct AuditedBuild {
    std::string variant;             ///< its name, for the reason
    std::vector<std::string> leaks;  ///< those that no exception covers, one a line
};

/// The leaks of a report as they are kept: the first few in words, then how many more.
std::vector<std::string> leak_lines(const AuditReport& report);

/// What the audit has against a variant, as a full sentence; whether that keeps it from shipping is
/// the policy's to say (FindingPolicy). nullopt if it has nothing: neither build has an instruction
/// above its level that is not dispatched.
std::optional<std::string> audit_refusal(const AuditedBuild& baseline, const AuditedBuild& variant);

}  // namespace terrace::core
