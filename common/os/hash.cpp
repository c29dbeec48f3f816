#include "common/os/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "common/vocab/check.hpp"

namespace terrace::os {
namespace {

EVP_MD_CTX* context_of(void* pointer) {
    return static_cast<EVP_MD_CTX*>(pointer);
}

void check(int success) {
    if (success != 1) throw std::runtime_error("OpenSSL cannot compute a digest.");
}

const EVP_MD* method_of(HashKind kind) {
    switch (kind) {
        case HashKind::md5: return EVP_md5();
        case HashKind::sha1: return EVP_sha1();
        case HashKind::sha256: return EVP_sha256();
        case HashKind::sha3_256: return EVP_sha3_256();
    }
    return nullptr;
}

}  // namespace

Hash::Hash(HashKind kind) : context_(EVP_MD_CTX_new()) {
    TERRACE_CHECK(context_ != nullptr);
    check(EVP_DigestInit_ex(context_of(context_), method_of(kind), nullptr));
}

Hash::~Hash() {
    EVP_MD_CTX_free(context_of(context_));
}

void Hash::update(std::string_view bytes) {
    check(EVP_DigestUpdate(context_of(context_), bytes.data(), bytes.size()));
}

std::string Hash::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_of(context_), raw.data(), &size));
    return {raw.begin(), raw.begin() + size};
}

}  // namespace terrace::os
