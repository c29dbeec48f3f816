#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/event.hpp"

namespace terrace::publish {

inline constexpr const char* kManifestName = "COMPOSE.json";
inline constexpr std::size_t kManifestBytesMax = std::size_t{1} << 30;

/// COMPOSE.json: every decision of a compose. Has nothing that differs between two attempts at it.
struct Manifest {
    ComposeId id;
    std::string release;
    RebuildId rebuild;
    std::string stream;
    std::optional<ComposeId> base;
    TimePoint created_at{};
    std::vector<std::string> stalled;  ///< as core::Compose::stalled
    std::vector<std::string> notes;    ///< as core::Compose::notes
    std::vector<std::string> repos;
    std::vector<core::ComposePackage> packages;  ///< by repo and filename
};
BOOST_DESCRIBE_STRUCT(
    Manifest, (), (id, release, rebuild, stream, base, created_at, stalled, notes, repos, packages))

/// The text of the compose's COMPOSE.json.
std::string manifest_of(const core::RunCompose& order);

/// Throws std::system_error or PublishError.
Manifest read_manifest(const std::filesystem::path& compose);

}  // namespace terrace::publish
