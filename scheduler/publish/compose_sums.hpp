#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"

/// SHA256SUMS of a compose: the digests of all that no repository's metadata covers, and of each
/// repomd.xml, which covers the rest. So one signature, SHA256SUMS.asc, is enough for the whole
/// compose: COMPOSE.json and the SBOM grow with the release, beyond what the signer takes, and a
/// signature of each would not tell that they belong to these repositories. `sha256sum -c` reads
/// it, and so does who mirrors a compose.
namespace terrace::publish {

inline constexpr const char* kSumsName = "SHA256SUMS";
inline constexpr const char* kSumsSignatureName = "SHA256SUMS.asc";

/// By path, relative to the compose.
using ComposeSums = std::map<std::string, Digest>;

/// The paths that SHA256SUMS of a compose with these repositories has.
std::vector<std::string> summed_files(const std::vector<std::string>& repos);

/// Its text, from the files that are there. Throws std::system_error.
std::string sums_of(const std::filesystem::path& compose, const std::vector<std::string>& repos);

/// What the file in `compose` says. Throws PublishError if it is none, std::system_error.
ComposeSums read_sums(const std::filesystem::path& compose);

}  // namespace terrace::publish
