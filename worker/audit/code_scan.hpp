#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/vocab/level.hpp"
#include "worker/audit/bytes.hpp"

namespace terrace::audit {

struct InstructionAt {
    std::string mnemonic;
    std::uint64_t address = 0;
    Level level = Level::none;
    friend bool operator==(const InstructionAt&, const InstructionAt&) = default;
};

/// What disassembling one stretch of code found.
struct CodeScan {
    Level level_used = Level::none;        ///< none: no instruction at all
    std::optional<InstructionAt> highest;  ///< the first one of `level_used`
    std::map<std::string, InstructionAt>
        outside;  ///< the first one of each extension that no level includes
    std::optional<std::uint64_t>
        undecodable;  ///< address of the first byte that begins no instruction
    /// The code without what only its place decides: displacements relative to the instruction
    /// pointer are 0 unless they stay within this stretch, and the padding at the end is cut off.
    std::string normalised;
};

/// Disassembles from the first byte on; `code` should be one function.
///
/// Hand-written code has tables between its functions. From the first undecodable byte on the rest
/// is taken as it is and no longer judged, and neither is what comes between the last return or
/// jump and that byte.
CodeScan scan_code(Bytes code, std::uint64_t address);

}  // namespace terrace::audit
