#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/rpm_file.hpp"

namespace terrace::worker {

/// What was in the build root when rpmbuild began, by mock's installed_pkgs.log, as NEVRAs, sorted;
/// empty if there is none.
std::vector<std::string> installed_packages(const std::filesystem::path& results);

/// Which of `rpms` were in the build root when rpmbuild began, by mock's installed_pkgs.log; empty
/// if there is none. Architectures are not compared: see relabelled_rpm.hpp.
std::vector<std::string> installed_among(const std::vector<RpmFile>& rpms,
                                         const std::filesystem::path& results);

}  // namespace terrace::worker
