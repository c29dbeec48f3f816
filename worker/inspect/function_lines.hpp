#pragma once

#include <cstdint>
#include <vector>

#include "common/vocab/audited_function.hpp"
#include "worker/audit/audit.hpp"
#include "worker/core/text.hpp"

namespace terrace::inspect {

inline std::vector<AuditedFunction> lines_of(const std::vector<audit::AuditedFunctions>& files) {
    std::vector<AuditedFunction> lines;
    for (const audit::AuditedFunctions& file : files) {
        for (const audit::FunctionAudit& function : file.functions) {
            lines.push_back({worker::printable(file.file), worker::printable(function.name),
                             static_cast<std::int64_t>(function.address),
                             static_cast<std::int64_t>(function.size), function.level_used,
                             function.is_dispatched, function.identity});
        }
    }
    return lines;
}

}  // namespace terrace::inspect
