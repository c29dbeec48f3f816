#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/level.hpp"
#include "worker/audit/audit.hpp"
#include "worker/core/text.hpp"

namespace terrace::inspect {

/// One function of an audited file, as terrace-inspect prints it.
struct FunctionLine {
    std::string file;
    std::string name;
    std::int64_t address = 0;
    std::int64_t size = 0;
    Level level_used = Level::none;
    bool dispatched = false;
    Digest identity;
};
BOOST_DESCRIBE_STRUCT(FunctionLine,
                      (),
                      (file, name, address, size, level_used, dispatched, identity))

inline std::vector<FunctionLine> lines_of(const std::vector<audit::AuditedFunctions>& files) {
    std::vector<FunctionLine> lines;
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
