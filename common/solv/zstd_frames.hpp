#pragma once

#include <filesystem>

namespace terrace::solv {

/// Whether the file is a series of whole zstd frames. libsolv 0.7.23 never comes back from reading
/// one that was cut off, so that has to be asked before. False, too, if it cannot be read.
bool is_whole_zstd(const std::filesystem::path& path);

}  // namespace terrace::solv
