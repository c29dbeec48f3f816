#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/level.hpp"
#include "worker/audit/bytes.hpp"

namespace terrace::audit {

/// What one file of a package holds: an ELF object, or a static library of them.
struct ObjectAudit {
    Digest identity;  ///< of its normalised code and constants, without its name
    Level level_used = Level::none;
    std::vector<std::string>
        excesses;  ///< "FUNCTION: vpaddd at 0x1234 is x86_64_v3": the first of a function
    std::vector<std::string> notes;  ///< what is no excess, but worth knowing
};

/// True for ELF objects and for static libraries, by their first bytes.
bool is_object(Bytes content);

/// Never throws for what is in `content`: an object that cannot be read is a note, and its identity
/// is that of its bytes. At most `findings_max` excesses.
ObjectAudit audit_object(Bytes content, Level level_max, std::size_t findings_max);

}  // namespace terrace::audit
