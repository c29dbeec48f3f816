#include "worker/audit/elf_image.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "worker/audit/elf_handle.hpp"
#include "worker/audit/elf_notes.hpp"
#include "worker/audit/function_map.hpp"
#include "worker/audit/unwind_table.hpp"

namespace terrace::audit {

namespace {

constexpr std::uint64_t kBaseAlignment = 4096;

bool is_pc_relative(std::uint32_t type) {
    switch (type) {
        case R_X86_64_PC32:
        case R_X86_64_PLT32:
        case R_X86_64_GOTPCREL:
        case R_X86_64_GOTPCRELX:
        case R_X86_64_REX_GOTPCRELX: return true;
        default: return false;
    }
}

/// A name with `.data` matches ".data" and ".data.rel.ro", not ".database".
bool is_kind(const std::string& name, std::string_view kind) {
    return name.starts_with(kind) && (name.size() == kind.size() || name[kind.size()] == '.');
}

bool holds_constants(const std::string& name) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{".rodata", ".lrodata", ".data", ".ldata", ".tdata"},
        [&](std::string_view kind) { return is_kind(name, kind); });
}

class ImageReader {
public:
    ImageReader(Bytes image, const DebugSymbols* debug)
        : image_(image), elf_(open_elf(image, header_)), debug_(debug) {}

    ElfImage read() {
        result_.is_x86_64 =
            header_.e_machine == EM_X86_64 && header_.e_ident[EI_CLASS] == ELFCLASS64;
        result_.is_relocatable = header_.e_type == ET_REL;
        result_.is_fixed = header_.e_type == ET_EXEC;
        sections_ = read_section_headers(elf_.get(), image_);
        if (sections_.empty()) {
            read_segments();
            return std::move(result_);
        }
        place_sections();
        read_notes();
        for (std::size_t i = 1; i < sections_.size(); ++i) {
            const std::uint32_t type = sections_[i].header.sh_type;
            if (type == SHT_SYMTAB || type == SHT_DYNSYM) add_symbols(i);
        }
        if (!result_.is_relocatable) {
            add_unwind_table();
            add_debug_symbols();
        }
        for (std::size_t i = 1; i < sections_.size(); ++i) {
            if (sections_[i].header.sh_type == SHT_RELA) add_relocations(i);
        }
        take_sections();
        std::ranges::sort(result_.resolvers);
        std::ranges::sort(result_.entry_points);
        return std::move(result_);
    }

private:
    /// What the kernel and the loader go by; tools may have removed the sections.
    void read_segments() {
        result_.has_segments_only = true;
        std::size_t count = 0;
        if (elf_getphdrnum(elf_.get(), &count) != 0) fail_elf("the segments are not readable");
        for (int i = 0; std::cmp_less(i, count); ++i) {
            GElf_Phdr segment;
            if (gelf_getphdr(elf_.get(), i, &segment) == nullptr)
                fail_elf("the segments are not readable");
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
            const auto bytes = slice(image_, segment.p_offset, segment.p_filesz);
            if (!bytes) throw ElfError("a segment reaches beyond the end of the file");
            take_code({"segment", segment.p_vaddr, segment.p_vaddr, *bytes, {}});
        }
        if (result_.code.empty())
            throw ElfError("there are neither section headers nor segments of code");
    }

    void place_sections() {
        bases_.resize(sections_.size());
        std::uint64_t next = kBaseAlignment;
        for (std::size_t i = 1; i < sections_.size(); ++i) {
            const GElf_Shdr& section = sections_[i].header;
            bases_[i] = result_.is_relocatable ? next : section.sh_addr;
            next += (section.sh_size / kBaseAlignment + 1) * kBaseAlignment;
        }
    }

    void read_notes() {
        for (const SectionHeader& section : sections_) {
            if (section.header.sh_type != SHT_NOTE) continue;
            for_each_gnu_note(section.bytes, section.header.sh_addralign,
                              [&](std::uint32_t type, Bytes content) {
                                  if (type == NT_GNU_BUILD_ID)
                                      result_.build_id = hexadecimal_of(content);
                                  if (type == NT_GNU_PROPERTY_TYPE_0)
                                      result_.isa_needed |= isa_needed_of(content);
                              });
        }
    }

    bool is_defined(const GElf_Sym& symbol) const {
        return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < sections_.size();
    }

    std::uint64_t offset_of(const GElf_Sym& symbol) const {
        return symbol.st_value -
               (result_.is_relocatable ? 0 : sections_[symbol.st_shndx].header.sh_addr);
    }

    void add_symbols(std::size_t index) {
        const GElf_Shdr& table = sections_[index].header;
        Elf_Data* data = elf_getdata(elf_getscn(elf_.get(), index), nullptr);
        if (data == nullptr || table.sh_entsize == 0) fail_elf("the symbols are not readable");
        const std::uint64_t count = data->d_size / table.sh_entsize;
        for (int i = 0; std::cmp_less(i, count); ++i) {
            GElf_Sym symbol;
            if (gelf_getsym(data, i, &symbol) == nullptr) break;
            const int type = GELF_ST_TYPE(symbol.st_info);
            if ((type != STT_FUNC && type != STT_GNU_IFUNC) || !is_defined(symbol)) continue;
            const std::uint64_t offset = offset_of(symbol);
            const char* name = elf_strptr(elf_.get(), table.sh_link, symbol.st_name);
            functions_.add(symbol.st_shndx, {offset, symbol.st_size, name != nullptr ? name : ""});
            const std::uint64_t place = bases_[symbol.st_shndx] + offset;
            if (type == STT_GNU_IFUNC) result_.resolvers.push_back(place);
            const bool is_linkable = table.sh_type == SHT_DYNSYM || result_.is_relocatable;
            if (is_linkable && GELF_ST_BIND(symbol.st_info) != STB_LOCAL)
                result_.entry_points.push_back(place);
        }
    }

    /// At an address of a linked object.
    void add_function(std::uint64_t address, std::uint64_t size, const std::string& name) {
        for (std::size_t index = 1; index < sections_.size(); ++index) {
            const GElf_Shdr& section = sections_[index].header;
            if ((section.sh_flags & SHF_EXECINSTR) == 0) continue;
            const std::uint64_t offset = address - section.sh_addr;
            if (offset < section.sh_size) functions_.add(index, {offset, size, name});
        }
    }

    void add_unwind_table() {
        const auto header = std::ranges::find(sections_, ".eh_frame_hdr", &SectionHeader::name);
        const auto frames = std::ranges::find(sections_, ".eh_frame", &SectionHeader::name);
        if (header == sections_.end() || frames == sections_.end()) return;
        for (const AddressRange& range : read_unwind_table(header->bytes, header->header.sh_addr,
                                                           frames->bytes, frames->header.sh_addr)) {
            add_function(range.begin, range.size, "");
        }
    }

    void add_debug_symbols() {
        if (debug_ == nullptr || debug_->build_id != result_.build_id) return;
        for (const Function& function : debug_->functions)
            add_function(function.offset, function.size, function.name);
    }

    /// Which of the loaded sections a table of relocations is about.
    bool is_wanted(const GElf_Shdr& table) const {
        if (!result_.is_relocatable) return (table.sh_flags & SHF_ALLOC) != 0;
        if (table.sh_info == 0 || table.sh_info >= sections_.size()) return false;
        const SectionHeader& about = sections_[table.sh_info];
        return (about.header.sh_flags & SHF_ALLOC) != 0 && about.name != ".eh_frame";
    }

    void add_relocations(std::size_t index) {
        const GElf_Shdr& table = sections_[index].header;
        if (!is_wanted(table) || table.sh_entsize == 0) return;
        Elf_Data* data = elf_getdata(elf_getscn(elf_.get(), index), nullptr);
        if (data == nullptr) fail_elf("the relocations are not readable");
        Elf_Data* symbols = nullptr;
        std::size_t names = 0;
        if (table.sh_link != 0 && table.sh_link < sections_.size()) {
            symbols = elf_getdata(elf_getscn(elf_.get(), table.sh_link), nullptr);
            names = sections_[table.sh_link].header.sh_link;
        }
        const std::uint64_t base = result_.is_relocatable ? bases_[table.sh_info] : 0;
        const std::uint64_t count = data->d_size / table.sh_entsize;
        for (int i = 0; std::cmp_less(i, count); ++i) {
            GElf_Rela rela;
            if (gelf_getrela(data, i, &rela) == nullptr) break;
            Relocation relocation{base + rela.r_offset,
                                  static_cast<std::uint32_t>(GELF_R_TYPE(rela.r_info)),
                                  {},
                                  {},
                                  rela.r_addend};
            GElf_Sym symbol;
            const auto number = static_cast<int>(GELF_R_SYM(rela.r_info));
            if (number != 0 && symbols != nullptr &&
                gelf_getsym(symbols, number, &symbol) != nullptr) {
                complete(relocation, symbol, names);
            } else if (relocation.type == R_X86_64_RELATIVE ||
                       relocation.type == R_X86_64_IRELATIVE) {
                relocation.target = static_cast<std::uint64_t>(rela.r_addend);
                if (relocation.type == R_X86_64_IRELATIVE)
                    result_.resolvers.push_back(*relocation.target);
            }
            result_.relocations.push_back(std::move(relocation));
        }
    }

    void complete(Relocation& relocation, const GElf_Sym& symbol, std::size_t names) {
        const char* name = elf_strptr(elf_.get(), names, symbol.st_name);
        if (name != nullptr) relocation.symbol = name;
        if (!is_defined(symbol)) return;
        std::uint64_t target = bases_[symbol.st_shndx] + offset_of(symbol);
        target += static_cast<std::uint64_t>(relocation.addend);
        // The processor counts from the end of the four bytes.
        if (is_pc_relative(relocation.type)) target += 4;
        relocation.target = target;
    }

    void take_code(Section section) {
        // Sections may overlap, and a hostile table could show the same bytes a million times.
        code_bytes_ += section.bytes.size();
        if (code_bytes_ > image_.size()) throw ElfError("its sections of code overlap");
        result_.code.push_back(std::move(section));
    }

    void take_sections() {
        std::uint64_t constant_bytes = 0;
        for (std::size_t i = 1; i < sections_.size(); ++i) {
            const auto& [section, name, bytes] = sections_[i];
            if ((section.sh_flags & SHF_ALLOC) == 0) continue;
            result_.layout.push_back({bases_[i], section.sh_size, name});
            if (bytes.empty()) continue;
            if ((section.sh_flags & SHF_EXECINSTR) != 0) {
                take_code(
                    {name, section.sh_addr, bases_[i], bytes, functions_.within(i, bytes.size())});
            } else if (holds_constants(name)) {
                constant_bytes += bytes.size();
                if (constant_bytes > image_.size()) throw ElfError("its sections of data overlap");
                result_.constants.push_back({name, section.sh_addr, bases_[i], bytes, {}});
            }
        }
    }

    Bytes image_;
    GElf_Ehdr header_{};
    ElfHandle elf_;
    const DebugSymbols* debug_;
    ElfImage result_;
    std::vector<SectionHeader> sections_;
    std::vector<std::uint64_t> bases_;
    FunctionMap functions_;
    std::uint64_t code_bytes_ = 0;
};

}  // namespace

bool is_elf(Bytes content) {
    const std::optional<Bytes> magic = slice(content, 0, SELFMAG);
    return magic && std::memcmp(magic->data(), ELFMAG, SELFMAG) == 0;
}

ElfImage read_elf(Bytes image, const DebugSymbols* debug) {
    return ImageReader(image, debug).read();
}

}  // namespace terrace::audit
