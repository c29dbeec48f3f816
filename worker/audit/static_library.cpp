#include "worker/audit/static_library.hpp"

#include <ar.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

namespace {

constexpr std::string_view kMagic(ARMAG, SARMAG);

std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) throw ElfError("a member's header is not readable");
    return number;
}

/// GNU's forms: "name/", or "/123" for what stands at 123 in the table of long names.
std::string name_of_member(std::string_view field, std::string_view long_names) {
    if (!field.starts_with('/')) return std::string(field.substr(0, field.find('/')));
    const std::uint64_t offset = number_of(field.substr(1));
    if (offset >= long_names.size()) throw ElfError("a member's name is missing");
    const std::string_view name = long_names.substr(offset);
    return std::string(name.substr(0, name.find_first_of("/\n")));
}

}  // namespace

bool is_static_library(Bytes content) {
    return as_text(content).starts_with(kMagic);
}

std::vector<LibraryMember> read_static_library(Bytes content) {
    std::vector<LibraryMember> members;
    std::string_view long_names;
    for (std::uint64_t offset = SARMAG; offset < content.size();) {
        const std::optional<Bytes> header_bytes = slice(content, offset, sizeof(ar_hdr));
        if (!header_bytes) throw ElfError("the static library ends within a header");
        const std::string_view header = as_text(*header_bytes);
        const std::string_view name = header.substr(0, sizeof(ar_hdr::ar_name));
        const std::uint64_t size =
            number_of(header.substr(offsetof(ar_hdr, ar_size), sizeof(ar_hdr::ar_size)));
        const std::optional<Bytes> bytes = slice(content, offset + sizeof(ar_hdr), size);
        if (!bytes) throw ElfError("a member reaches beyond the end of the static library");
        if (name.starts_with("//")) {
            long_names = as_text(*bytes);
        } else if (!name.starts_with("/ ") && !name.starts_with("/SYM64/")) {
            members.push_back({name_of_member(name, long_names), *bytes});
        }
        offset += sizeof(ar_hdr) + size + size % 2;
    }
    return members;
}

}  // namespace terrace::audit
