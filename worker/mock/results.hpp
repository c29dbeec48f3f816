#pragma once

#include <filesystem>
#include <vector>

#include "common/vocab/result.hpp"
#include "common/vocab/rpm_file.hpp"

namespace terrace::worker {

/// The RPMs that mock left in its result directory, by file name. Among them is the source package
/// that it made anew, with the dist of this build: the one that the binary RPMs name as theirs.
/// Throws std::system_error.
Result<std::vector<RpmFile>> built_rpms(const std::filesystem::path& results);

}  // namespace terrace::worker
