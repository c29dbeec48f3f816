#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/runtime/log.hpp"

namespace terrace::signer {

/// The keys that sign one release.
struct ReleaseKeyConfig {
    std::string key;  ///< fingerprint of the OpenPGP key
    std::vector<std::string>
        former_keys;  ///< given to clients as well: what they signed is still out
    std::filesystem::path statement_key;  ///< PEM file of the Ed25519 key
};

/// signer.yaml (deploy/examples/signer.yaml says what each key means).
struct SignerConfig {
    std::filesystem::path socket;
    std::string socket_group;  ///< whose members may connect; empty: the process's own group
    std::filesystem::path gnupg_home;
    std::map<std::string, ReleaseKeyConfig> releases;
    int parallel = 2;          ///< signatures that are made at once
    int connections_max = 32;  ///< at once
    runtime::LogLevel log_level = runtime::LogLevel::info;
};

/// Relative paths start at the file's directory. Throws runtime::ConfigError.
SignerConfig load_signer_config(const std::filesystem::path& path);

}  // namespace terrace::signer
