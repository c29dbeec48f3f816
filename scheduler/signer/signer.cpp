#include "scheduler/signer/signer.hpp"

#include <exception>
#include <utility>

#include "common/runtime/yaml_tree.hpp"
#include "common/wire/dsse.hpp"
#include "common/wire/json.hpp"

namespace terrace::signer {
namespace {

constexpr std::string_view kRpmHeaderMagic{"\x8e\xad\xe8\x01\0\0\0\0", 8};

/// A digest in hexadecimal digits and two blanks, as sha256sum begins its lines.
bool begins_as_sums(std::string_view bytes) {
    constexpr std::size_t kHexDigits = 64;
    return bytes.substr(0, kHexDigits).find_first_not_of("0123456789abcdef") ==
               std::string_view::npos &&
           bytes.size() > kHexDigits + 2 && bytes.substr(kHexDigits, 2) == "  ";
}

/// Bytes of one kind never begin as those of another do.
bool looks_right(wire::SignKind kind, std::string_view bytes) {
    switch (kind) {
        case wire::SignKind::keys: return bytes.empty();
        case wire::SignKind::rpm_header: return bytes.starts_with(kRpmHeaderMagic);
        case wire::SignKind::metadata: return bytes.starts_with("<?xml");
        case wire::SignKind::sums: return begins_as_sums(bytes);
        case wire::SignKind::statement: return bytes.starts_with(wire::kDssePrefix);
    }
    return false;
}

Answer refusal(std::string why) {
    return {{.error = std::move(why), .key = "", .algorithm = ""}, ""};
}

}  // namespace

Signer::Signer(const SignerConfig& config)
    : gnupg_(config.gnupg_home), turnstile_(config.parallel) {
    for (const auto& [release, keys] : config.releases) {
        gnupg_.load_key(keys.key);
        Result<os::Ed25519Key> statement_key = os::Ed25519Key::read(keys.statement_key);
        if (!statement_key) throw runtime::ConfigError(statement_key.error().message);
        const auto [added, fresh] = releases_.emplace(release, Keys{keys, *statement_key});
        (void)show_keys(added->second);  // former keys are there, too
    }
}

Answer Signer::answer(const wire::SignRequest& request, std::string_view bytes) {
    const auto keys = releases_.find(request.release);
    if (keys == releases_.end()) {
        return refusal("The signer has no key for the release " + request.release +
                       ": name one in its configuration, and start it again.");
    }
    if (!looks_right(request.kind, bytes)) {
        return refusal("The signer was sent " + std::to_string(bytes.size()) +
                       " bytes that are no " + name_of(request.kind) + ".");
    }
    try {
        const Turnstile::Turn turn(turnstile_, request.queue);
        return make(request, keys->second, bytes);
    } catch (const std::exception& e) {
        return refusal(e.what());
    }
}

Answer Signer::make(const wire::SignRequest& request,
                    const Keys& keys,
                    std::string_view bytes) const {
    if (request.kind == wire::SignKind::keys) return show_keys(keys);
    if (request.kind == wire::SignKind::statement) {
        return {{.error = "", .key = keys.statement_key.public_key().id(), .algorithm = "ED25519"},
                keys.statement_key.sign(bytes)};
    }
    const Armor armor = request.kind == wire::SignKind::rpm_header ? Armor::no : Armor::yes;
    OpenPgpSignature signature = gnupg_.sign(keys.config.key, bytes, armor);
    return {{.error = "", .key = keys.config.key, .algorithm = std::move(signature.algorithm)},
            std::move(signature.bytes)};
}

Answer Signer::show_keys(const Keys& keys) const {
    std::vector<std::string> fingerprints = {keys.config.key};
    fingerprints.insert(fingerprints.end(), keys.config.former_keys.begin(),
                        keys.config.former_keys.end());
    const os::Ed25519PublicKey statement_key = keys.statement_key.public_key();
    wire::ReleaseKeys shown{.fingerprint = keys.config.key,
                            .public_keys = gnupg_.public_keys(fingerprints),
                            .statement_key = statement_key.id(),
                            .statement_public_key = statement_key.pem()};
    return {{.error = "", .key = shown.fingerprint, .algorithm = ""}, wire::to_text(shown)};
}

}  // namespace terrace::signer
