#include "worker/core/text.hpp"

#include <algorithm>
#include <cstdio>

namespace terrace::worker {
namespace {

/// How many bytes the UTF-8 character at the front of `text` has; 0 if there is none.
std::size_t character_size(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t size = 0;
    if (lead < 0x80) {
        size = 1;
    } else if (lead >= 0xc2 && lead < 0xe0) {
        size = 2;
    } else if (lead >= 0xe0 && lead < 0xf0) {
        size = 3;
    } else if (lead >= 0xf0 && lead < 0xf5) {
        size = 4;
    }
    if (size == 0 || size > text.size()) return 0;
    for (const char c : text.substr(1, size - 1)) {
        if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) return 0;
    }
    return size;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string printable(std::string_view text, std::size_t bytes_max) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (out.size() + size > bytes_max) return out + "...";
        if (size == 0) {
            out += '?';
        } else if (is_control(text.front())) {
            out += ' ';
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

bool is_file_name(std::string_view name) {
    if (name.empty() || name.size() > 255 || name.front() == '.' || name.front() == '-')
        return false;
    return std::ranges::none_of(name, [](char c) { return c == '/' || is_control(c); });
}

std::string python_literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\\' || c == '\'') {
            out += '\\';
            out += c;
        } else if (is_control(c)) {
            char escaped[5];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned>(c));
            out += escaped;
        } else {
            out += c;
        }
    }
    return out + "'";
}

}  // namespace terrace::worker
