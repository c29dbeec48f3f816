#pragma once

#include <filesystem>
#include <vector>

#include "common/vocab/result.hpp"
#include "common/vocab/rpm_file.hpp"
#include "worker/app/attempt_context.hpp"

namespace terrace::worker {

/// Fetches the file of an RPM into a directory, under its own name. Waits while the farm is away.
/// Errc::invalid_argument for a name that would lead out of the directory.
Result<std::filesystem::path> fetch_rpm(const AttemptContext& context,
                                        const RpmFile& rpm,
                                        const std::filesystem::path& directory);

/// Makes `directory` a repository of what this rebuild made of a build's dependencies (ordered
/// mode), each file fetched once. What no build root wants is left out: source and debug packages.
/// Packages of a level's architecture are offered as x86_64, by copies that differ in that word
/// only: relabelled_rpm.hpp says why. So mock's configuration for a level needs no dnf variables,
/// and rpm in the build root lists them as x86_64.
///
/// Says in the attempt's log what it offers. Needs createrepo_c. Throws std::system_error.
Result<void> make_rebuilt_repo(const AttemptContext& context,
                               const std::vector<RpmFile>& rpms,
                               const std::filesystem::path& directory);

}  // namespace terrace::worker
