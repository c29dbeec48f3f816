#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "worker/audit/bytes.hpp"

namespace terrace::audit {

/// Not an ELF object that can be read; the message says why.
struct ElfError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Where the code of one function lies in its section. `name` is empty where only the unwind table
/// knows it.
struct Function {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string name;
    friend bool operator==(const Function&, const Function&) = default;
};

/// A piece of the program as it lies in memory. Relocatable objects have no addresses yet: there a
/// section's is 0, and `base`, which nothing but this audit knows, tells sections apart.
struct Section {
    std::string name;
    std::uint64_t address = 0;  ///< what objdump shows
    std::uint64_t base = 0;     ///< unique within the object
    Bytes bytes;
    std::vector<Function> functions;  ///< of code: sorted by offset, each within `bytes`
};

/// A loaded section, whether it has bytes in the file or not.
struct Extent {
    std::uint64_t base = 0;
    std::uint64_t size = 0;
    std::string name;
};

/// All places are bases of sections plus offsets.
struct Relocation {
    std::uint64_t place = 0;
    std::uint32_t type = 0;
    std::string symbol;                   ///< its name, if it has one
    std::optional<std::uint64_t> target;  ///< where it points to, if that is in this object
    std::int64_t addend = 0;
    friend bool operator==(const Relocation&, const Relocation&) = default;
};

/// The parts of an ELF object that an audit reads. The bytes are the image's own.
struct ElfImage {
    /// 64-bit code for x86-64; the code of others is not to be disassembled.
    bool is_x86_64 = false;
    bool is_relocatable = false;
    /// Linked to run at one address only: its code may hold addresses that no relocation tells of.
    bool is_fixed = false;
    /// There are no section headers: `code` is the executable segments, and nothing else is known.
    bool has_segments_only = false;
    std::string build_id;                     ///< hexadecimal
    std::vector<Section> code;                ///< executable sections, in file order
    std::vector<Section> constants;           ///< .rodata, .data and their like
    std::vector<Extent> layout;               ///< all loaded sections, in file order
    std::vector<Relocation> relocations;      ///< of what is loaded, in file order
    std::vector<std::uint64_t> resolvers;     ///< places of functions that choose at run time
    std::vector<std::uint64_t> entry_points;  ///< places that others may call
    std::uint32_t isa_needed = 0;  ///< GNU_PROPERTY_X86_ISA_1_NEEDED of .note.gnu.property
};

/// Functions of a separate file of debug symbols, by the address that the code will have.
struct DebugSymbols {
    std::string build_id;
    std::vector<Function> functions;  ///< `offset` is the address
};

/// True for what begins as an ELF object does.
bool is_elf(Bytes content);

/// Throws ElfError. Whatever is in `image`, nothing outside of it is read. `debug`: where functions
/// are that the image itself has no symbols of; ignored unless the build id is the same.
ElfImage read_elf(Bytes image, const DebugSymbols* debug = nullptr);

/// In hexadecimal; empty if there is none. Throws ElfError.
std::string read_build_id(Bytes image);

/// The function symbols of what objcopy --only-keep-debug leaves. Throws ElfError.
DebugSymbols read_debug_symbols(Bytes image);

/// What others may link to: "name@@version", sorted; C++ symbols that a compiler emits where it
/// likes (weak, mangled) are left out, as inlining decides about them. Throws ElfError.
std::vector<std::string> exported_symbols(Bytes image);

/// DT_SONAME; empty if there is none. Throws ElfError.
std::string soname_of(Bytes image);

}  // namespace terrace::audit
