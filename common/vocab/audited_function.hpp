#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "common/vocab/digest.hpp"
#include "common/vocab/level.hpp"

namespace terrace {

/// One function of an audited file: what terrace-inspect prints and `terrace audit --functions`
/// reads.
struct AuditedFunction {
    std::string file;
    std::string name;
    std::int64_t address = 0;
    std::int64_t size = 0;  ///< bytes
    Level level_used = Level::none;
    bool dispatched = false;
    Digest identity;  ///< of its normalised code
};
BOOST_DESCRIBE_STRUCT(AuditedFunction,
                      (),
                      (file, name, address, size, level_used, dispatched, identity))

}  // namespace terrace
