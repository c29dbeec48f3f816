#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace terrace::publish {

/// Checks what the OpenPGP keys of a release have signed, as rpm does, with a keyring that has
/// these keys and no others. librpm does it for packages and for detached signatures alike, so that
/// a key is taken for both or for neither. From one thread.
class SignatureCheck {
public:
    /// @param armored_keys one or several armored public keys, one after the other
    /// Throws PublishError if there is none that librpm can read.
    explicit SignatureCheck(const std::string& armored_keys);
    ~SignatureCheck();
    SignatureCheck(SignatureCheck&&) noexcept;
    SignatureCheck& operator=(SignatureCheck&&) noexcept;

    /// Why the RPM is not one that these keys have signed: a sentence; empty if it is. Reads the
    /// headers alone: its payload is covered by a digest in what is signed, and whoever asks has
    /// compared the digest of the file. Throws std::system_error if it cannot be opened.
    std::string why_not_rpm(const std::filesystem::path& rpm) const;

    /// The same for `file` and its detached, armored signature. Throws std::system_error.
    std::string why_not_file(const std::filesystem::path& file,
                             const std::filesystem::path& signature) const;

private:
    struct Keyring;
    std::unique_ptr<Keyring> keyring_;
};

}  // namespace terrace::publish
