#pragma once

#include <string_view>

#include "common/vocab/digest.hpp"

namespace terrace {

/// SHA-256 of bytes that come in pieces; by OpenSSL. Throws std::runtime_error where a policy of
/// the system forbids it.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void update(std::string_view bytes);
    Digest finish();

private:
    void* context_;
};

Digest sha256_of_text(std::string_view text);

}  // namespace terrace
