#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::signer {

/// GnuPG could not do it; the message is a sentence with its cause.
struct GnupgError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct OpenPgpSignature {
    std::string bytes;
    std::string algorithm;  ///< of the key, as gpg names it: "RSA", "EDDSA", "DSA"
};

enum class Armor { no, yes };

/// The keys of one GnuPG home directory, by gpgme, which runs gpg and its agent. From any thread,
/// and from several at once. All throw GnupgError.
class Gnupg {
public:
    explicit Gnupg(std::filesystem::path home);

    /// The fingerprint of the secret key of that fingerprint, once it is there and can sign.
    void check_can_sign(const std::string& fingerprint) const;
    OpenPgpSignature sign(const std::string& fingerprint,
                          std::string_view bytes,
                          Armor armor) const;
    /// Armored, and nothing but what a client needs to check signatures.
    std::string public_keys(const std::vector<std::string>& fingerprints) const;

private:
    std::filesystem::path home_;
};

}  // namespace terrace::signer
