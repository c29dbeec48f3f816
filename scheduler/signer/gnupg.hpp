#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct _gpgme_key;

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

    /// Looks for the secret key, once, since that takes as long as a signature. Throws if it is not
    /// there or cannot sign. Before there are other threads.
    void load_key(const std::string& fingerprint);
    /// @pre load_key()
    OpenPgpSignature sign(const std::string& fingerprint,
                          std::string_view bytes,
                          Armor armor) const;
    /// Armored, and nothing but what a client needs to check signatures.
    std::string public_keys(const std::vector<std::string>& fingerprints) const;

private:
    std::filesystem::path home_;
    std::map<std::string, std::shared_ptr<_gpgme_key>> keys_;  // gpgme counts its references, too
};

}  // namespace terrace::signer
