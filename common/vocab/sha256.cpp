#include "common/vocab/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "common/vocab/check.hpp"

namespace terrace {
namespace {

EVP_MD_CTX* context_of(void* pointer) {
    return static_cast<EVP_MD_CTX*>(pointer);
}

void check(int success) {
    if (success != 1) throw std::runtime_error("OpenSSL cannot compute a SHA-256.");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    TERRACE_CHECK(context_ != nullptr);
    check(EVP_DigestInit_ex(context_of(context_), EVP_sha256(), nullptr));
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(context_of(context_));
}

void Sha256::update(std::string_view bytes) {
    check(EVP_DigestUpdate(context_of(context_), bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_of(context_), raw.data(), &size));
    constexpr char kDigits[] = "0123456789abcdef";
    Digest digest;
    for (unsigned int i = 0; i < size; ++i) {
        digest.hex += kDigits[raw[i] >> 4U];
        digest.hex += kDigits[raw[i] & 0xfU];
    }
    return digest;
}

Digest sha256_of_text(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.finish();
}

}  // namespace terrace
