#include "worker/audit/elf_image.hpp"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "worker/audit/unwind_table.hpp"

namespace terrace::audit {

namespace {

struct ElfEnd {
    void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

[[noreturn]] void fail(const std::string& what) {
    const char* cause = elf_errmsg(-1);
    throw ElfError(cause != nullptr ? what + ": " + cause : what);
}

ElfHandle open_image(Bytes image) {
    if (elf_version(EV_CURRENT) == EV_NONE) fail("libelf is too old");
    // libelf asks for a pointer to char, and writes to it only for ELF_C_WRITE and ELF_C_RDWR.
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(image.data()));
    ElfHandle elf(elf_memory(begin, image.size()));
    if (!elf) fail("not readable");
    return elf;
}

struct SectionHeader {
    GElf_Shdr header{};
    std::string name;
    Bytes bytes;
};

/// By index; sections without bytes in the file have none here either.
std::vector<SectionHeader> read_section_headers(Elf* elf, Bytes image) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) fail("the section names cannot be found");
    std::vector<SectionHeader> sections(1);
    for (Elf_Scn* scn = elf_nextscn(elf, nullptr); scn != nullptr; scn = elf_nextscn(elf, scn)) {
        SectionHeader section;
        if (gelf_getshdr(scn, &section.header) == nullptr) fail("a section header is not readable");
        const char* name = elf_strptr(elf, names, section.header.sh_name);
        if (name != nullptr) section.name = name;
        if (section.header.sh_type != SHT_NOBITS) {
            const auto bytes = slice(image, section.header.sh_offset, section.header.sh_size);
            if (!bytes)
                throw ElfError("section " + section.name + " reaches beyond the end of the file");
            section.bytes = *bytes;
        }
        sections.push_back(std::move(section));
    }
    // libelf takes a table that lies outside of the file for none; without one there is nothing to
    // go by.
    if (sections.size() == 1) throw ElfError("there are no section headers");
    return sections;
}

/// Functions by section index and offset. A name wins over none, then the first in the alphabet, so
/// that the result does not depend on the order of the tables.
class FunctionMap {
public:
    void add(std::size_t section, Function function) {
        auto [place, is_new] = found_[section].try_emplace(function.offset, function);
        if (is_new) return;
        Function& known = place->second;
        known.size = std::max(known.size, function.size);
        if (known.name.empty() || (!function.name.empty() && function.name < known.name)) {
            known.name = std::move(function.name);
        }
    }

    /// Those that begin and end within `size` bytes of the section.
    std::vector<Function> within(std::size_t section, std::uint64_t size) {
        std::vector<Function> functions;
        for (auto& [offset, function] : found_[section]) {
            if (offset >= size || function.size > size - offset) continue;
            functions.push_back(std::move(function));
        }
        return functions;
    }

private:
    std::map<std::size_t, std::map<std::uint64_t, Function>> found_;
};

void add_symbols(Elf* elf,
                 bool is_relocatable,
                 const std::vector<SectionHeader>& sections,
                 FunctionMap& functions) {
    for (std::size_t index = 1; index < sections.size(); ++index) {
        const GElf_Shdr& table = sections[index].header;
        if (table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM) continue;
        Elf_Data* data = elf_getdata(elf_getscn(elf, index), nullptr);
        if (data == nullptr || table.sh_entsize == 0) fail("the symbols are not readable");
        const std::uint64_t count = data->d_size / table.sh_entsize;
        for (int i = 0; std::cmp_less(i, count); ++i) {
            GElf_Sym symbol;
            if (gelf_getsym(data, i, &symbol) == nullptr) break;
            const int type = GELF_ST_TYPE(symbol.st_info);
            if (type != STT_FUNC && type != STT_GNU_IFUNC) continue;
            if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= sections.size()) continue;
            const std::uint64_t base =
                is_relocatable ? 0 : sections[symbol.st_shndx].header.sh_addr;
            const char* name = elf_strptr(elf, table.sh_link, symbol.st_name);
            functions.add(symbol.st_shndx,
                          {symbol.st_value - base, symbol.st_size, name != nullptr ? name : ""});
        }
    }
}

void add_unwind_table(const std::vector<SectionHeader>& sections, FunctionMap& functions) {
    const auto header = std::ranges::find(sections, ".eh_frame_hdr", &SectionHeader::name);
    const auto frames = std::ranges::find(sections, ".eh_frame", &SectionHeader::name);
    if (header == sections.end() || frames == sections.end()) return;
    const auto ranges = read_unwind_table(header->bytes, header->header.sh_addr, frames->bytes,
                                          frames->header.sh_addr);
    for (const AddressRange& range : ranges) {
        for (std::size_t index = 1; index < sections.size(); ++index) {
            const GElf_Shdr& section = sections[index].header;
            if ((section.sh_flags & SHF_EXECINSTR) == 0) continue;
            const std::uint64_t offset = range.begin - section.sh_addr;
            if (offset < section.sh_size) functions.add(index, {offset, range.size, ""});
        }
    }
}

}  // namespace

bool is_elf(Bytes content) {
    const std::optional<Bytes> magic = slice(content, 0, SELFMAG);
    return magic && std::memcmp(magic->data(), ELFMAG, SELFMAG) == 0;
}

ElfImage read_elf(Bytes image) {
    const ElfHandle elf = open_image(image);
    GElf_Ehdr header;
    if (elf_kind(elf.get()) != ELF_K_ELF || gelf_getehdr(elf.get(), &header) == nullptr) {
        fail("the ELF header is not readable");
    }
    const std::vector<SectionHeader> sections = read_section_headers(elf.get(), image);
    FunctionMap functions;
    add_symbols(elf.get(), header.e_type == ET_REL, sections, functions);
    if (header.e_type != ET_REL) add_unwind_table(sections, functions);

    ElfImage result;
    result.is_x86_64 = header.e_machine == EM_X86_64 && header.e_ident[EI_CLASS] == ELFCLASS64;
    for (std::size_t index = 1; index < sections.size(); ++index) {
        const auto& [section, name, bytes] = sections[index];
        if ((section.sh_flags & SHF_ALLOC) == 0 || bytes.empty()) continue;
        if ((section.sh_flags & SHF_EXECINSTR) != 0) {
            result.code.push_back(
                {name, section.sh_addr, bytes, functions.within(index, bytes.size())});
        } else if (name.starts_with(".rodata")) {
            result.constants.push_back({name, section.sh_addr, bytes, {}});
        }
    }
    return result;
}

}  // namespace terrace::audit
