#pragma once

#include <filesystem>

namespace terrace::publish {

/// `to` becomes the same file as `from`; a synced copy where the file system cannot link them
/// (another file system, too many links). Throws std::filesystem::filesystem_error. @pre `to` is
/// not there
void link_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Throws std::system_error.
void sync_file(const std::filesystem::path& file);

}  // namespace terrace::publish
