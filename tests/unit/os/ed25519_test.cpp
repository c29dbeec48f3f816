#include "common/os/ed25519.hpp"

#include <doctest/doctest.h>

#include "common/os/base64.hpp"
#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::os;

namespace {

// RFC 8032, section 7.1, test 2, as PEM.
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

Ed25519Key key_of(const std::string& pem) {
    const TemporaryDirectory directory;
    write_file_atomically(directory.path() / "key.pem", pem);
    return Ed25519Key::read(directory.path() / "key.pem").value();
}

}  // namespace

TEST_CASE("an Ed25519 key signs as RFC 8032 has it, and its public half verifies it") {
    const Ed25519Key key = key_of(kPrivate);
    const std::string signature = key.sign("\x72");
    CHECK(signature == key.sign("\x72"));
    CHECK(signature ==
          from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
    const Ed25519PublicKey shown = Ed25519PublicKey::from_pem(key.public_key().pem()).value();
    CHECK(shown.verify("\x72", signature));
    CHECK_FALSE(shown.verify("\x73", signature));
    std::string changed = signature;
    changed[10] = static_cast<char>(changed[10] ^ 1);
    CHECK_FALSE(shown.verify("\x72", changed));
    CHECK_FALSE(shown.verify("\x72", ""));
    CHECK_FALSE(Ed25519Key::generate().public_key().verify("\x72", signature));
    CHECK(shown.id().size() == 64);
    CHECK(shown.id() == key.public_key().id());
}

TEST_CASE("what is no Ed25519 key in PEM is refused with the way to make one") {
    const TemporaryDirectory directory;
    write_file_atomically(directory.path() / "key.pem", "no key");
    const Result<Ed25519Key> key = Ed25519Key::read(directory.path() / "key.pem");
    REQUIRE(!key);
    CHECK(key.error().message.find("openssl genpkey -algorithm ed25519") != std::string::npos);
    CHECK_FALSE(Ed25519PublicKey::from_pem(kPrivate).has_value());
    CHECK_THROWS_AS((void)Ed25519Key::read("/nowhere/key.pem"), std::system_error);
}

TEST_CASE("base64 is what RFC 4648 has, and nothing else is taken") {
    const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
    }
    for (const char* wrong : {"Zg", "Zg==Zg==", " Zg=", "Zh==", "Z===", "Zm9v\n", "Zm-v"})
        CHECK(from_base64(wrong) == std::nullopt);
}
