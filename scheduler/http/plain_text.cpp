#include "scheduler/http/plain_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace terrace::rest {
namespace {

/// How many bytes a character has that begins with `first`; 0: none begins so.
std::size_t length_of(unsigned char first) {
    if (first == 0) return 0;
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    if (first >= 0xf0 && first < 0xf5) return 4;
    return 0;
}

/// Longer than needed, half of a UTF-16 pair, or beyond Unicode.
bool is_forbidden(char32_t character, std::size_t length) {
    constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    return character < kLeast.at(length) || (character >= 0xd800 && character < 0xe000) ||
           character > 0x10ffff;
}

}  // namespace

bool is_plain_text(std::string_view text) {
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const std::size_t length = length_of(first);
        if (length == 0 || length > text.size()) return false;
        char32_t character = length == 1 ? first : first & (0xffU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) {
            const auto next = static_cast<unsigned char>(text[i]);
            if ((next & 0xc0U) != 0x80) return false;
            character = (character << 6U) | (next & 0x3fU);
        }
        if (is_forbidden(character, length)) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool json_has_nul(std::string_view json) {
    for (std::size_t at = json.find("\\u0000"); at != std::string_view::npos;
         at = json.find("\\u0000", at + 1)) {
        // An odd number of backslashes before it means that this one is itself escaped.
        std::size_t before = 0;
        while (before < at && json[at - before - 1] == '\\') ++before;
        if (before % 2 == 0) return true;
    }
    return false;
}

}  // namespace terrace::rest
