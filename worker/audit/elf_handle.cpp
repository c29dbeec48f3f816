#include "worker/audit/elf_handle.hpp"

#include <optional>
#include <utility>

#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

namespace {

constexpr std::size_t kSectionsMax = 1 << 20;  // -ffunction-sections makes many

}  // namespace

void fail_elf(const std::string& what) {
    const char* cause = elf_errmsg(-1);
    throw ElfError(cause != nullptr ? what + ": " + cause : what);
}

ElfHandle open_elf(Bytes image, GElf_Ehdr& header) {
    if (elf_version(EV_CURRENT) == EV_NONE) fail_elf("libelf is too old");
    // libelf asks for a pointer to char, and writes to it only for ELF_C_WRITE and ELF_C_RDWR.
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(image.data()));
    ElfHandle elf(elf_memory(begin, image.size()));
    if (!elf) fail_elf("not readable");
    if (elf_kind(elf.get()) != ELF_K_ELF || gelf_getehdr(elf.get(), &header) == nullptr)
        fail_elf("the ELF header is not readable");
    return elf;
}

std::vector<SectionHeader> read_section_headers(Elf* elf, Bytes image) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) fail_elf("the section names cannot be found");
    std::vector<SectionHeader> sections(1);
    for (Elf_Scn* scn = elf_nextscn(elf, nullptr); scn != nullptr; scn = elf_nextscn(elf, scn)) {
        SectionHeader section;
        if (gelf_getshdr(scn, &section.header) == nullptr)
            fail_elf("a section header is not readable");
        const char* name = elf_strptr(elf, names, section.header.sh_name);
        if (name != nullptr) section.name = name;
        if (section.header.sh_type != SHT_NOBITS) {
            const auto bytes = slice(image, section.header.sh_offset, section.header.sh_size);
            if (!bytes)
                throw ElfError("section " + section.name + " reaches beyond the end of the file");
            section.bytes = *bytes;
        }
        if (sections.size() > kSectionsMax) throw ElfError("there are too many sections");
        sections.push_back(std::move(section));
    }
    // libelf takes a table that lies outside of the file for none.
    if (sections.size() == 1) sections.clear();
    return sections;
}

}  // namespace terrace::audit
