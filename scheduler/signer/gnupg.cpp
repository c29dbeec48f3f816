#include "scheduler/signer/gnupg.hpp"

#include <gpgme.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace terrace::signer {
namespace {

using Context = std::unique_ptr<gpgme_context, decltype(&gpgme_release)>;
using Data = std::unique_ptr<gpgme_data, decltype(&gpgme_data_release)>;

void check(gpgme_error_t error, const std::string& what) {
    if (error == GPG_ERR_NO_ERROR) return;
    std::array<char, 256> text{};
    gpgme_strerror_r(error, text.data(), text.size());
    throw GnupgError("GnuPG cannot " + what + ": " + text.data() + ".");
}

Context new_context(const std::filesystem::path& home) {
    // Must come before all else, once; from then on gpgme may be used by several threads.
    static const char* const version = gpgme_check_version(nullptr);
    if (version == nullptr) throw GnupgError("The library gpgme does not work.");
    gpgme_ctx_t raw = nullptr;
    check(gpgme_new(&raw), "start");
    Context context(raw, &gpgme_release);
    check(gpgme_set_protocol(raw, GPGME_PROTOCOL_OpenPGP), "start");
    check(gpgme_ctx_set_engine_info(raw, GPGME_PROTOCOL_OpenPGP, nullptr, home.c_str()),
          "use " + home.string());
    return context;
}

Data reading(std::string_view bytes) {
    gpgme_data_t raw = nullptr;
    check(gpgme_data_new_from_mem(&raw, bytes.data(), bytes.size(), 0), "take the bytes");
    return {raw, &gpgme_data_release};
}

Data writing() {
    gpgme_data_t raw = nullptr;
    check(gpgme_data_new(&raw), "keep its output");
    return {raw, &gpgme_data_release};
}

std::string taken(Data data) {
    std::size_t size = 0;
    char* bytes = gpgme_data_release_and_get_mem(data.release(), &size);
    std::string text(bytes == nullptr ? "" : bytes, bytes == nullptr ? 0 : size);
    gpgme_free(bytes);
    return text;
}

}  // namespace

Gnupg::Gnupg(std::filesystem::path home) : home_(std::move(home)) {}

void Gnupg::load_key(const std::string& fingerprint) {
    const Context context = new_context(home_);
    gpgme_key_t raw = nullptr;
    check(gpgme_get_key(context.get(), fingerprint.c_str(), &raw, 1),
          "find the secret key " + fingerprint);
    const std::shared_ptr<_gpgme_key> key(raw, &gpgme_key_unref);
    const char* why = key->revoked != 0    ? "it is revoked"
                      : key->expired != 0  ? "it has expired"
                      : key->disabled != 0 ? "it is disabled"
                      : key->can_sign == 0 ? "it cannot sign"
                                           : nullptr;
    if (why != nullptr) throw GnupgError("The key " + fingerprint + " is of no use: " + why + ".");
    if (key->subkeys == nullptr || fingerprint != key->subkeys->fpr) {
        throw GnupgError("The key " + fingerprint +
                         " must be named by the 40 digits of its primary key's fingerprint.");
    }
    keys_[fingerprint] = key;
}

OpenPgpSignature Gnupg::sign(const std::string& fingerprint,
                             std::string_view bytes,
                             Armor armor) const {
    const Context context = new_context(home_);
    check(gpgme_signers_add(context.get(), keys_.at(fingerprint).get()),
          "sign with " + fingerprint);
    gpgme_set_armor(context.get(), armor == Armor::yes ? 1 : 0);
    const Data plain = reading(bytes);
    Data signature = writing();
    check(gpgme_op_sign(context.get(), plain.get(), signature.get(), GPGME_SIG_MODE_DETACH),
          "sign with " + fingerprint);
    const gpgme_sign_result_t result = gpgme_op_sign_result(context.get());
    if (result == nullptr || result->signatures == nullptr)
        throw GnupgError("GnuPG made no signature with " + fingerprint + ".");
    const char* algorithm = gpgme_pubkey_algo_name(result->signatures->pubkey_algo);
    return {taken(std::move(signature)), algorithm == nullptr ? "" : algorithm};
}

std::string Gnupg::public_keys(const std::vector<std::string>& fingerprints) const {
    const Context context = new_context(home_);
    gpgme_set_armor(context.get(), 1);
    std::string keys;
    // One after the other: rpm takes a file of several armored keys, and not several keys in one.
    for (const std::string& fingerprint : fingerprints) {
        Data data = writing();
        check(gpgme_op_export(context.get(), fingerprint.c_str(), GPGME_EXPORT_MODE_MINIMAL,
                              data.get()),
              "export " + fingerprint);
        const std::string key = taken(std::move(data));
        if (key.empty()) throw GnupgError("GnuPG has no public key " + fingerprint + ".");
        keys += key;
    }
    return keys;
}

}  // namespace terrace::signer
