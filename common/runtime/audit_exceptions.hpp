#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/audit.hpp"

namespace terrace::runtime {

/// The reviewed exceptions of the audit (docs/audit.md; deploy/audit-exceptions.yaml). Each entry
/// has an `object`, a `reason`, and either `functions` (patterns), or a `build_id` with `ranges`
/// ("0x1000-0x2000", the end not in it): addresses mean something in one object only. Throws
/// ConfigError.
std::vector<AuditException> read_audit_exceptions(const std::filesystem::path& path);
/// `file` is for messages.
std::vector<AuditException> audit_exceptions_of(std::string_view text, const std::string& file);

}  // namespace terrace::runtime
