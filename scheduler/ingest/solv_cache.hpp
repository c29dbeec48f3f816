#pragma once

#include <filesystem>
#include <string>

#include "common/vocab/result.hpp"
#include "scheduler/ingest/rpm_md.hpp"

namespace terrace::ingest {

/// The repository in libsolv's format, for Pool::add_solv(): from DIRECTORY/DIGEST.solv if it is
/// there and whole, else made from the primary.xml and kept there. A damaged or foreign file is
/// replaced. Throws std::system_error if the directory cannot be written. Blocks.
Result<std::string> solv_of(const Primary& primary, const std::filesystem::path& directory);

}  // namespace terrace::ingest
