#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/vocab/rpm_file.hpp"

namespace terrace::truth {

/// The RPMs of one build, as a comparison's order and context name them.
struct RpmSide {
    std::vector<RpmFile> rpms;
    std::map<std::string, std::filesystem::path> files;  ///< by digest
};

/// All RPMs of `folder`. Throws std::runtime_error for one that the host's rpm cannot read, and for
/// a folder without any.
RpmSide read_side(const std::filesystem::path& folder);

}  // namespace terrace::truth
