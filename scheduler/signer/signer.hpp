#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/os/ed25519.hpp"
#include "common/wire/signer_api.hpp"
#include "scheduler/signer/gnupg.hpp"
#include "scheduler/signer/signer_config.hpp"
#include "scheduler/signer/turnstile.hpp"

namespace terrace::signer {

struct Answer {
    wire::SignAnswer head;
    std::string body;
};

/// Holds the keys and answers requests (common/wire/signer_api.hpp). From several threads at once.
class Signer {
public:
    /// Checks that every key of the configuration is there and can sign. Throws
    /// runtime::ConfigError, GnupgError.
    explicit Signer(const SignerConfig& config);

    /// Waits for its turn. Never throws: what goes wrong is the answer's `error`.
    Answer answer(const wire::SignRequest& request, std::string_view bytes);

private:
    struct Keys {
        ReleaseKeyConfig config;
        os::Ed25519Key statement_key;
    };
    Answer make(const wire::SignRequest& request, const Keys& keys, std::string_view bytes) const;
    Answer show_keys(const Keys& keys) const;

    Gnupg gnupg_;
    std::map<std::string, Keys> releases_;
    Turnstile turnstile_;
};

}  // namespace terrace::signer
