#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "worker/audit/bytes.hpp"

namespace terrace::audit {

/// One instruction, as far as it tells why a CPU refused it.
struct Opcode {
    bool is_trap = false;  ///< ud0, ud1, ud2: a program's way to end itself (__builtin_trap)
    std::string text;      ///< "tilezero (AMX_TILE)", or the bytes of what is no known instruction
    friend bool operator==(const Opcode&, const Opcode&) = default;
};

/// @pre `code` is not empty; its first byte is the instruction's.
Opcode decode_opcode(Bytes code);

/// The instruction at `offset` of an ELF file. nullopt if the file cannot be read, is no ELF file
/// or ends before. Never follows a link in the last component of `path`.
std::optional<Opcode> opcode_in_file(const std::filesystem::path& path, std::uint64_t offset);

/// The offset in an ELF file of what was `distance` bytes into the mapping of its code, which had
/// `map_size` bytes. nullopt unless exactly one of its executable segments makes such a mapping.
std::optional<std::uint64_t> offset_of_code(const std::filesystem::path& path,
                                            std::uint64_t distance,
                                            std::uint64_t map_size);

}  // namespace terrace::audit
