#pragma once

#include <gelf.h>
#include <libelf.h>

#include <memory>
#include <string>
#include <vector>

#include "worker/audit/bytes.hpp"

/// What the readers of ELF objects share: libelf's handle, and the table of sections.
namespace terrace::audit {

struct ElfEnd {
    void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

/// Throws ElfError with libelf's words.
[[noreturn]] void fail_elf(const std::string& what);

/// An object of any kind, in memory. Throws ElfError.
ElfHandle open_elf(Bytes image, GElf_Ehdr& header);

struct SectionHeader {
    GElf_Shdr header{};
    std::string name;
    Bytes bytes;  ///< none for sections without bytes in the file
};

/// By index, the first one empty. Throws ElfError; empty if the object has no table of sections.
std::vector<SectionHeader> read_section_headers(Elf* elf, Bytes image);

}  // namespace terrace::audit
