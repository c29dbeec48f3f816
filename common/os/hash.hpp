#pragma once

#include <string>
#include <string_view>

namespace terrace::os {

/// The digests that RPM files carry. Everything of Terrace's own is named by SHA-256: files.hpp.
enum class HashKind { md5, sha1, sha256, sha3_256 };

/// A digest of bytes that come in pieces.
class Hash {
public:
    explicit Hash(HashKind kind);
    ~Hash();
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
    void update(std::string_view bytes);
    /// The raw bytes of the digest.
    std::string finish();

private:
    void* context_;
};

}  // namespace terrace::os
