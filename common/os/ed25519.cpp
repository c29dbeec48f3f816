#include "common/os/ed25519.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "common/os/files.hpp"
#include "common/vocab/check.hpp"

namespace terrace::os {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using KeyPointer = std::shared_ptr<evp_pkey_st>;

constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kKeyFileBytesMax = 64 << 10;

Bio read_only(std::string_view text) {
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

/// null for anything but an Ed25519 key.
KeyPointer owned(EVP_PKEY* key) {
    KeyPointer owner(key, &EVP_PKEY_free);
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) return nullptr;
    return owner;
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void check(bool success) {
    if (!success) throw std::runtime_error("OpenSSL cannot work with an Ed25519 key.");
}

/// Refuses a passphrase instead of asking the terminal for one.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

Result<Ed25519PublicKey> Ed25519PublicKey::from_pem(std::string_view pem) {
    const Bio bio = read_only(pem);
    KeyPointer key = owned(PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_passphrase, nullptr));
    if (!key) return Error{Errc::invalid_argument, "This is no public Ed25519 key in PEM."};
    return Ed25519PublicKey(std::move(key));
}

std::string Ed25519PublicKey::id() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    check(size > 0);
    const std::string info(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return sha256_of_text(info).hex;
}

std::string Ed25519PublicKey::pem() const {
    const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
    check(bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), key_.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

bool Ed25519PublicKey::verify(std::string_view bytes, std::string_view signature) const {
    if (signature.size() != kSignatureBytes) return false;
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    check(context != nullptr &&
          EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                            bytes.size()) == 1;
}

Result<Ed25519Key> Ed25519Key::read(const std::filesystem::path& file) {
    const std::string pem = read_file(file, kKeyFileBytesMax);
    const Bio bio = read_only(pem);
    KeyPointer key = owned(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
    if (!key) {
        return Error{Errc::invalid_argument,
                     file.string() +
                         " is no Ed25519 key in PEM without a passphrase. Make one by: openssl "
                         "genpkey -algorithm ed25519 -out " +
                         file.string()};
    }
    return Ed25519Key(std::move(key));
}

Ed25519Key Ed25519Key::generate() {
    KeyPointer key = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    check(key != nullptr);
    return Ed25519Key(std::move(key));
}

std::string Ed25519Key::sign(std::string_view bytes) const {
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    check(context != nullptr &&
          EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    std::array<unsigned char, kSignatureBytes> signature{};
    std::size_t size = signature.size();
    check(EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(bytes), bytes.size()) ==
          1);
    return {signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size)};
}

Ed25519PublicKey Ed25519Key::public_key() const {
    return Ed25519PublicKey(key_);
}

}  // namespace terrace::os
