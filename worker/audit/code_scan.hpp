#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/level.hpp"
#include "worker/audit/bytes.hpp"
#include "worker/audit/decoder.hpp"

namespace terrace::audit {

struct InstructionAt {
    std::string mnemonic;
    std::uint64_t address = 0;
    Level level = Level::none;
    bool is_system = false;
    friend bool operator==(const InstructionAt&, const InstructionAt&) = default;
};

enum class ReferenceKind {
    jump,
    call,
    address,  ///< lea: of a function, or of data
    data,     ///< what an instruction reads, writes or calls through
};

/// An instruction speaks of an address outside of its own stretch of code.
struct Reference {
    std::uint64_t target = 0;
    ReferenceKind kind = ReferenceKind::data;
    friend bool operator==(const Reference&, const Reference&) = default;
};

/// What disassembling one stretch of code found.
struct CodeScan {
    Level level_used = Level::none;        ///< none: no instruction at all
    std::optional<InstructionAt> highest;  ///< the first one of `level_used`
    /// The first one of each extension that no level includes.
    std::map<std::string, InstructionAt> outside;
    /// Address of the first byte that begins no instruction.
    std::optional<std::uint64_t> undecodable;
    /// The code without what only its place decides: displacements relative to the instruction
    /// pointer are 0 unless they stay within this stretch, and the padding at the end is cut off.
    std::string normalised;
    std::vector<Reference> references;  ///< where those displacements pointed, in order
};

/// Disassembles from the first byte on; `code` should be one function.
///
/// Hand-written code has tables in and between its functions. From an undecodable byte on the bytes
/// are taken as they are and not judged, up to the next place that the code before leads to; and
/// neither is what comes between the last return or jump and that byte.
CodeScan scan_code(Decoder& decoder, Bytes code, std::uint64_t address);

}  // namespace terrace::audit
