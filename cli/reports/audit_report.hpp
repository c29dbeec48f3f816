#pragma once

#include <vector>

#include "cli/output/output.hpp"
#include "common/vocab/audit.hpp"
#include "common/vocab/parity.hpp"

namespace terrace::cli {

/// Objects with their levels, then leaks, then what exceptions cover, then notes.
void print_audit(Output& output, const AuditReport& report);

void print_parity(Output& output,
                  const std::vector<ParityDifference>& differences,
                  bool has_same_code);

}  // namespace terrace::cli
