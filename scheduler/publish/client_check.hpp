#pragma once

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "common/solv/client.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/outcome.hpp"

namespace terrace::publish {

/// A variant as its clients see it; the first of a release is the baseline.
struct OfferedVariant {
    std::string name;
    Level level = Level::x86_64;
    Encoding encoding = Encoding::arch;
};

/// What would go wrong for somebody.
struct ClientFinding {
    std::string client;  ///< "x86_64_v3, level-aware"
    std::string errand;  ///< "upgrade from compose 16"
    std::string package;
    std::string cause;  ///< a sentence
};
std::string to_string(const ClientFinding& finding);

/// What clients of a stream would get if it moved to a compose.
struct ClientCheck {
    std::filesystem::path compose;
    std::vector<OfferedVariant> variants;
    /// The composes that clients may come from; the last one is the stream's.
    std::vector<std::filesystem::path> earlier;
    /// The stream goes back: its clients follow by distro-sync, and must end with nothing of the
    /// stream that is newer than the compose's. Upgrade, which never goes back, is not looked at.
    bool back = false;
    /// Repositories beside the stream's that every client has: what packages of a release that is
    /// not complete in itself need.
    std::vector<solv::ClientRepo> platform;
    /// "zlib.x86_64_v3": who has these is known to get no update by `dnf upgrade`, nor of what
    /// needs them.
    std::set<std::string> stalled;
    std::filesystem::path cache;  ///< of ClientMetadata
};

/// Simulates clients of every level, stock and level-aware, with each package of the composes whose
/// closure differs between an earlier compose and this one: its installation, and what a client
/// that has it from an earlier compose gets by upgrade and by distro-sync. Every machine must end
/// with the baseline's EVR of each name or a newer one (so nothing is older, and no update is
/// missed), and with no package of an architecture above its level.
///
/// Findings by client; at most some dozens. Throws PublishError if metadata cannot be read, or when
/// `stop` ended it. From any thread.
std::vector<ClientFinding> check_clients(const ClientCheck& check, const std::stop_token& stop);

}  // namespace terrace::publish
