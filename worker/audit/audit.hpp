#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"
#include "common/vocab/level.hpp"
#include "worker/audit/object_audit.hpp"
#include "worker/audit/rpm_payload.hpp"

/// Static inspection of built RPMs: which level their instructions need, whether two builds have
/// the same code, and what packages are to others.
namespace terrace::audit {

/// Part of every code identity: a change of the rules below makes all older identities differ from
/// new ones.
inline constexpr const char* kVersion = "2";

struct AuditedFunctions {
    std::string file;
    std::vector<FunctionAudit> functions;
};

struct AuditOptions {
    Level level_max = Level::x86_64;
    std::vector<AuditedFunctions>* functions = nullptr;  ///< filled if given
};

/// Reads RPMs, ELF objects and static libraries. -debuginfo packages, and files that end with
/// .debug, only give names to the functions of the others, by build id.
///
/// `level_used` is the highest level of any instruction of the x86-64 objects, dispatched or not;
/// `none` where there are none. `findings`: first what needs more than `level_max` and is not
/// dispatched (docs/audit.md), then notes: extensions that a program asks the system about, what
/// could not be audited. `code_identity` is the same for two builds if code, constants and
/// variables of all objects are, whatever their build ids, debug information, addresses and
/// padding. `interfaces` has sonames and exported symbols of each package.
///
/// Throws AuditError for a file that is neither, or is a damaged RPM. Callable from any thread.
AuditReport audit_files(const std::vector<std::filesystem::path>& files,
                        const AuditOptions& options);

}  // namespace terrace::audit
