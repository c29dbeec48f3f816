#pragma once

#include <cstdint>
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

struct Section {
    std::string name;
    std::uint64_t address = 0;
    Bytes bytes;
    std::vector<Function> functions;  ///< of code: sorted by offset, each within `bytes`
};

/// The parts of an ELF object that an audit reads. The bytes are the image's own.
struct ElfImage {
    bool is_x86_64 =
        false;  ///< 64-bit code for x86-64; the code of others is not to be disassembled
    std::vector<Section> code;       ///< executable sections, in file order
    std::vector<Section> constants;  ///< .rodata and its like
};

/// True for what begins as an ELF object does.
bool is_elf(Bytes content);

/// Throws ElfError. Whatever is in `image`, nothing outside of it is read.
ElfImage read_elf(Bytes image);

}  // namespace terrace::audit
