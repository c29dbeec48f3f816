#pragma once

#include <filesystem>
#include <vector>

#include "common/vocab/level.hpp"
#include "worker/audit/audit.hpp"
#include "worker/inspect/inspection.hpp"

namespace terrace::inspect {

/// Reads the header of every RPM in `directory`, and audits the payload of those that are no source
/// packages (worker/audit/audit.hpp); `audit.interfaces` has the facets of headers, too. Texts of
/// packages are made printable. A file that is no RPM or damaged, or whose name is not that of the
/// package in it, is a refusal.
///
/// The files are hostile, and so may be whatever librpm or libelf does with them: to be called in a
/// process that has nothing to lose. Throws std::exception when the machine fails.
Inspection inspect_rpms(const std::filesystem::path& directory, Level level_max);

/// Audits RPMs and ELF objects wherever they are. Throws audit::AuditError for a file that cannot
/// be read. As hostile as above.
AuditReport inspect_files(const std::vector<std::filesystem::path>& files,
                          const audit::AuditOptions& options);

}  // namespace terrace::inspect
