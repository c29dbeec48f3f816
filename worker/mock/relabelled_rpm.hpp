#pragma once

#include <filesystem>
#include <string_view>

#include "common/vocab/result.hpp"

namespace terrace::worker {

/// True for x86_64_v2 and up. Package managers that do not know these architectures (libsolv before
/// 0.7.32), or do not take their packages unless told (dnf5, dnf 4.23), cannot install them.
bool is_level_arch(std::string_view arch);

/// Copies an RPM of such an architecture, with x86_64 as its architecture and the digests of the
/// header made anew; everything else, the payload above all, stays byte for byte. Any dnf and any
/// rpm can then put it into a build root. A signature of the header does not cover the copy.
///
/// Why not tell dnf instead: Debian 12's libsolv knows no level at all, whatever its configuration;
/// and repodata that names another architecture than the package has lets the first call of dnf
/// install it, but makes the next one (mock calls builddep more than once) replace it by itself.
///
/// Errc::invalid_argument for what is no such package. Throws std::system_error.
Result<void> copy_as_x86_64(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace terrace::worker
