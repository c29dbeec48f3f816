#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace terrace::audit {

using Bytes = std::span<const std::uint8_t>;

/// The `size` bytes at `offset`; nullopt where the image ends before them. Offsets come from files,
/// so the arithmetic must not overflow.
inline std::optional<Bytes> slice(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
    return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

/// A little-endian number, at any alignment.
template <class T>
std::optional<T> read_at(Bytes bytes, std::uint64_t offset) {
    const std::optional<Bytes> found = slice(bytes, offset, sizeof(T));
    if (!found) return std::nullopt;
    T value;
    std::memcpy(&value, found->data(), sizeof value);
    return value;
}

}  // namespace terrace::audit
