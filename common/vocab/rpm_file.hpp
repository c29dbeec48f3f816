#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/nevra.hpp"

namespace terrace {

struct RpmFile {
    Nevra nevra;
    std::string filename;
    Digest digest;
    std::int64_t size = 0;
    bool debug = false;  ///< a -debuginfo or -debugsource package
    friend bool operator==(const RpmFile&, const RpmFile&) = default;
};
BOOST_DESCRIBE_STRUCT(RpmFile, (), (nevra, filename, digest, size, debug))

/// What the audit found in the RPMs of one build.
struct AuditReport {
    Digest code_identity;               ///< of all normalised code; equal code gives equal digests
    Level level_used = Level::none;     ///< the highest level of any instruction found
    std::vector<std::string> findings;  ///< "FILE: INSTRUCTION at OFFSET is x86_64_v3"
    friend bool operator==(const AuditReport&, const AuditReport&) = default;
};
BOOST_DESCRIBE_STRUCT(AuditReport, (), (code_identity, level_used, findings))

}  // namespace terrace
