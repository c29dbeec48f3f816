#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/vocab/result.hpp"

struct evp_pkey_st;

namespace terrace::os {

/// The public half of an Ed25519 key. From any thread.
class Ed25519PublicKey {
public:
    /// "-----BEGIN PUBLIC KEY-----". Errc::invalid_argument for anything else.
    static Result<Ed25519PublicKey> from_pem(std::string_view pem);

    /// SHA-256 of its SubjectPublicKeyInfo, as DSSE's own libraries name keys.
    std::string id() const;
    std::string pem() const;
    bool verify(std::string_view bytes, std::string_view signature) const;

private:
    friend class Ed25519Key;
    explicit Ed25519PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
    std::shared_ptr<evp_pkey_st> key_;  // OpenSSL counts references to it itself; so do we
};

/// The whole key. From any thread.
class Ed25519Key {
public:
    /// Of `openssl genpkey -algorithm ed25519`: PEM, without a passphrase. Errc::invalid_argument
    /// for anything else. Throws std::system_error if the file cannot be read.
    static Result<Ed25519Key> read(const std::filesystem::path& file);
    static Ed25519Key generate();

    /// 64 bytes. Equal bytes give an equal signature.
    std::string sign(std::string_view bytes) const;
    Ed25519PublicKey public_key() const;

private:
    explicit Ed25519Key(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
    std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace terrace::os
