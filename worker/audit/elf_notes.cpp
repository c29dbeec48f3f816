#include "worker/audit/elf_notes.hpp"

#include <elf.h>

#include <optional>
#include <string_view>

namespace terrace::audit {

namespace {

constexpr std::uint32_t kIsaNeeded = 0xc0008002;  // GNU_PROPERTY_X86_ISA_1_NEEDED
constexpr std::uint64_t kNoteHeaderBytes = 12;
constexpr std::uint64_t kPropertyHeaderBytes = 8;
constexpr std::uint64_t kPropertyAlignment = 8;  // of 64-bit objects
constexpr std::string_view kOwner("GNU\0", 4);

std::uint64_t aligned(std::uint64_t offset, std::uint64_t alignment) {
    return (offset + alignment - 1) / alignment * alignment;
}

}  // namespace

void for_each_gnu_note(Bytes section,
                       std::uint64_t alignment,
                       const std::function<void(std::uint32_t type, Bytes content)>& show) {
    const std::uint64_t step = alignment == 8 ? 8 : 4;
    for (std::uint64_t offset = 0; offset < section.size();) {
        const auto name_bytes = read_at<std::uint32_t>(section, offset);
        const auto content_bytes = read_at<std::uint32_t>(section, offset + 4);
        const auto type = read_at<std::uint32_t>(section, offset + 8);
        if (!name_bytes || !content_bytes || !type) return;
        const std::uint64_t name_at = offset + kNoteHeaderBytes;
        const std::uint64_t content_at = aligned(name_at + *name_bytes, step);
        const std::optional<Bytes> name = slice(section, name_at, *name_bytes);
        const std::optional<Bytes> content = slice(section, content_at, *content_bytes);
        if (!name || !content) return;
        if (std::string_view(reinterpret_cast<const char*>(name->data()), name->size()) == kOwner)
            show(*type, *content);
        offset = aligned(content_at + *content_bytes, step);
    }
}

std::uint32_t isa_needed_of(Bytes properties) {
    for (std::uint64_t offset = 0; offset < properties.size();) {
        const auto type = read_at<std::uint32_t>(properties, offset);
        const auto bytes = read_at<std::uint32_t>(properties, offset + 4);
        if (!type || !bytes) return 0;
        if (*type == kIsaNeeded)
            return read_at<std::uint32_t>(properties, offset + kPropertyHeaderBytes).value_or(0);
        offset = aligned(offset + kPropertyHeaderBytes + *bytes, kPropertyAlignment);
    }
    return 0;
}

std::string hexadecimal_of(Bytes bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

}  // namespace terrace::audit
