#pragma once

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace terrace {

/// A SHA-256 in 64 lower-case hexadecimal digits: how the farm names content. Empty means "none".
struct Digest {
    std::string hex;
    friend auto operator<=>(const Digest&, const Digest&) = default;

    /// nullopt unless `text` is 64 lower-case hexadecimal digits. Input from outside enters here.
    static std::optional<Digest> parse(std::string_view text) {
        const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
        if (text.size() != 64 || !std::ranges::all_of(text, is_hex)) return std::nullopt;
        return Digest{std::string(text)};
    }
};

}  // namespace terrace
