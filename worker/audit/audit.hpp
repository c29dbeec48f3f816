#pragma once

#include <filesystem>
#include <vector>

#include "common/vocab/level.hpp"
#include "common/vocab/rpm_file.hpp"
#include "worker/audit/rpm_payload.hpp"

/// Static inspection of built RPMs: which level their instructions need, and whether two builds
/// have the same code.
namespace terrace::audit {

/// Part of every code identity: a change of the rules below makes all older identities differ from
/// new ones.
inline constexpr const char* kVersion = "1";

/// Reads the payload of every RPM that is not a -debuginfo or -debugsource package.
///
/// `level_used` is the highest level of any instruction of the packages' x86-64 objects; `none`
/// where there are none. `findings` come one a function and 50 in all: first instructions above
/// `level_max`, code reached by run-time dispatch included, then notes about extensions that no
/// level includes and about what could not be audited. `code_identity` is the same for two builds
/// if the code and the read-only data of all objects are, whatever their build ids, debug
/// information and addresses.
///
/// Throws AuditError for a file that is no RPM or is damaged. Callable from any thread.
AuditReport audit_rpms(const std::vector<std::filesystem::path>& rpms, Level level_max);

}  // namespace terrace::audit
