#include "common/os/base64.hpp"

#include <openssl/evp.h>

#include <limits>
#include <stdexcept>

namespace terrace::os {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL counts in int.
constexpr std::size_t kBytesMax = std::numeric_limits<int>::max() / 2;

}  // namespace

std::string to_base64(std::string_view bytes) {
    if (bytes.size() > kBytesMax) throw std::length_error("Too many bytes for base64.");
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0 || text.size() > kBytesMax) return std::nullopt;
    if (text.empty()) return "";
    std::string bytes(text.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text),
                        static_cast<int>(text.size())) < 0)
        return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    bytes.resize(bytes.size() - padding);
    // EVP_DecodeBlock forgives blanks around the text and bits that no encoder sets.
    if (to_base64(bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace terrace::os
