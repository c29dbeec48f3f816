#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/audit.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/level.hpp"
#include "worker/audit/bytes.hpp"
#include "worker/audit/decoder.hpp"
#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

/// One function of an object, or a stretch of code between two.
struct FunctionAudit {
    std::string name;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    Level level_used = Level::none;
    bool is_dispatched = false;
    Digest identity;  ///< of its normalised code; what it refers to is the object's business
};

/// What one file of a package holds: an ELF object, or a static library of them.
struct ObjectAudit {
    Digest identity;                 ///< of its normalised code and constants, without its name
    Level level_used = Level::none;  ///< outside of dispatched functions
    Level level_dispatched = Level::none;  ///< inside
    std::size_t functions = 0;
    std::size_t functions_dispatched = 0;
    std::vector<AuditFinding> leaks;  ///< in the order of the code; the first of a function
    std::size_t leaks_left_off = 0;
    std::vector<AuditFinding> notes;           ///< what is no leak, but worth knowing
    std::vector<FunctionAudit> function_list;  ///< if asked for
};

struct ObjectOptions {
    std::string file;                 ///< its path, for the findings
    Level level_max = Level::x86_64;  ///< of instructions that are not dispatched
    std::size_t findings_max = 1000;
    bool lists_functions = false;
    const DebugSymbols* debug = nullptr;
};

/// True for ELF objects and for static libraries, by their first bytes.
bool is_object(Bytes content);

/// Never throws for what is in `content`: an object that cannot be read is a note, and its identity
/// is that of its bytes.
ObjectAudit audit_object(Decoder& decoder, Bytes content, const ObjectOptions& options);

}  // namespace terrace::audit
