#pragma once

#include <filesystem>
#include <string>

#include "common/vocab/id.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/core/config.hpp"

/// What a client needs to know of a stream (docs/operating.md, "Clients").
namespace terrace::publish {

/// The name of a file beside streams/, below PUBLISHED/RELEASE.
std::string client_config_name(const std::string& release, const std::string& stream);
/// The public OpenPGP keys, for gpgkey=; and the public key of provenance, in PEM.
std::string packages_key_name(const std::string& release);
inline constexpr const char* kProvenanceKeyName = "provenance.pub";
/// A file of each repo of a compose: the URL of that compose, for mirrorlist=.
inline constexpr const char* kMirrorListName = "mirrorlist";

/// A .repo file for dnf: the baseline's repo, those of the variants with a lower cost, and those of
/// debug packages and sources, disabled. `variant`: the one whose repo is enabled, too; empty:
/// none. `url` is where PUBLISHED is served. Errc::not_found for a stream or variant that the
/// release has not.
///
/// A signed stream is read through a mirrorlist: repomd.xml and its signature are two files, and
/// between them the stream may move. The list names the compose, which never changes.
Result<std::string> client_config(const core::ReleaseSpec& release,
                                  const std::string& stream,
                                  const std::string& variant,
                                  const std::string& url);

/// The content of a repo's mirrorlist.
std::string mirror_list(const std::string& release,
                        ComposeId compose,
                        const std::string& repo,
                        const std::string& url);

}  // namespace terrace::publish
