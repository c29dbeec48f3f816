// What an object says of itself to others: exported symbols, its soname, its debug symbols.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "worker/audit/elf_handle.hpp"
#include "worker/audit/elf_image.hpp"
#include "worker/audit/elf_notes.hpp"

namespace terrace::audit {

namespace {

constexpr std::uint16_t kVersionMask = 0x7fff;
constexpr std::uint16_t kHidden = 0x8000;

std::string text_or_empty(const char* text) {
    return text != nullptr ? text : "";
}

/// By index, as .gnu.version refers to them.
std::map<int, std::string> version_names(Elf* elf, const std::vector<SectionHeader>& sections) {
    std::map<int, std::string> names;
    const auto found =
        std::ranges::find(sections, std::uint32_t{SHT_GNU_verdef},
                          [](const SectionHeader& section) { return section.header.sh_type; });
    if (found == sections.end()) return names;
    const auto index = static_cast<std::size_t>(found - sections.begin());
    Elf_Data* data = elf_getdata(elf_getscn(elf, index), nullptr);
    int offset = 0;
    for (int i = 0; data != nullptr && i < kVersionMask; ++i) {
        GElf_Verdef definition;
        if (gelf_getverdef(data, offset, &definition) == nullptr) break;
        GElf_Verdaux name;
        const auto name_at = static_cast<std::uint64_t>(offset) + definition.vd_aux;
        if (std::cmp_less(name_at, data->d_size) &&
            gelf_getverdaux(data, static_cast<int>(name_at), &name) != nullptr) {
            names[definition.vd_ndx & kVersionMask] =
                text_or_empty(elf_strptr(elf, found->header.sh_link, name.vda_name));
        }
        const auto next = static_cast<std::uint64_t>(offset) + definition.vd_next;
        if (definition.vd_next == 0 || std::cmp_greater_equal(next, data->d_size)) break;
        offset = static_cast<int>(next);
    }
    return names;
}

bool is_exported(const GElf_Sym& symbol, const std::string& name) {
    const int binding = GELF_ST_BIND(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL || name.empty()) return false;
    return !name.starts_with("_Z") || binding == STB_GLOBAL;
}

Elf_Data* data_of_type(Elf* elf,
                       const std::vector<SectionHeader>& sections,
                       std::uint32_t type,
                       std::size_t& index) {
    for (index = 1; index < sections.size(); ++index) {
        if (sections[index].header.sh_type == type)
            return elf_getdata(elf_getscn(elf, index), nullptr);
    }
    return nullptr;
}

std::string build_id_in(const std::vector<SectionHeader>& sections) {
    std::string build_id;
    for (const SectionHeader& section : sections) {
        if (section.header.sh_type != SHT_NOTE) continue;
        for_each_gnu_note(section.bytes, section.header.sh_addralign,
                          [&](std::uint32_t type, Bytes content) {
                              if (type == NT_GNU_BUILD_ID) build_id = hexadecimal_of(content);
                          });
    }
    return build_id;
}

}  // namespace

std::vector<std::string> exported_symbols(Bytes image) {
    GElf_Ehdr header;
    const ElfHandle elf = open_elf(image, header);
    const auto sections = read_section_headers(elf.get(), image);
    std::size_t index = 0;
    std::vector<std::string> symbols;
    Elf_Data* data = data_of_type(elf.get(), sections, SHT_DYNSYM, index);
    if (data == nullptr || sections[index].header.sh_entsize == 0) return symbols;
    const auto versions = version_names(elf.get(), sections);
    std::size_t version_index = 0;
    Elf_Data* version_data = data_of_type(elf.get(), sections, SHT_GNU_versym, version_index);
    const std::uint64_t count = data->d_size / sections[index].header.sh_entsize;
    for (int i = 1; std::cmp_less(i, count); ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, i, &symbol) == nullptr) break;
        std::string name =
            text_or_empty(elf_strptr(elf.get(), sections[index].header.sh_link, symbol.st_name));
        if (!is_exported(symbol, name)) continue;
        GElf_Versym version = 0;
        if (version_data != nullptr && gelf_getversym(version_data, i, &version) != nullptr) {
            const auto known = versions.find(version & kVersionMask);
            if (known != versions.end() && (version & kVersionMask) > 1)
                name += ((version & kHidden) != 0 ? "@" : "@@") + known->second;
        }
        symbols.push_back(std::move(name));
    }
    std::ranges::sort(symbols);
    return symbols;
}

std::string soname_of(Bytes image) {
    GElf_Ehdr header;
    const ElfHandle elf = open_elf(image, header);
    const auto sections = read_section_headers(elf.get(), image);
    std::size_t index = 0;
    Elf_Data* data = data_of_type(elf.get(), sections, SHT_DYNAMIC, index);
    if (data == nullptr || sections[index].header.sh_entsize == 0) return "";
    const std::uint64_t count = data->d_size / sections[index].header.sh_entsize;
    for (int i = 0; std::cmp_less(i, count); ++i) {
        GElf_Dyn entry;
        if (gelf_getdyn(data, i, &entry) == nullptr || entry.d_tag == DT_NULL) break;
        if (entry.d_tag == DT_SONAME)
            return text_or_empty(
                elf_strptr(elf.get(), sections[index].header.sh_link, entry.d_un.d_val));
    }
    return "";
}

std::string read_build_id(Bytes image) {
    GElf_Ehdr header;
    const ElfHandle elf = open_elf(image, header);
    return build_id_in(read_section_headers(elf.get(), image));
}

DebugSymbols read_debug_symbols(Bytes image) {
    GElf_Ehdr header;
    const ElfHandle elf = open_elf(image, header);
    const auto sections = read_section_headers(elf.get(), image);
    DebugSymbols result;
    result.build_id = build_id_in(sections);
    std::size_t index = 0;
    Elf_Data* data = data_of_type(elf.get(), sections, SHT_SYMTAB, index);
    if (data == nullptr || sections[index].header.sh_entsize == 0) return result;
    const std::uint64_t count = data->d_size / sections[index].header.sh_entsize;
    for (int i = 1; std::cmp_less(i, count); ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, i, &symbol) == nullptr) break;
        const int type = GELF_ST_TYPE(symbol.st_info);
        if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF) continue;
        const char* name = elf_strptr(elf.get(), sections[index].header.sh_link, symbol.st_name);
        result.functions.push_back({symbol.st_value, symbol.st_size, text_or_empty(name)});
    }
    return result;
}

}  // namespace terrace::audit
