#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/os/unique_fd.hpp"

namespace terrace::sandbox {

/// Opens a file that a build could put something else in the place of: no link is followed, and
/// what is no regular file (a FIFO would make us wait for ever, a device would answer) is not
/// opened at all. Not valid then, with errno set: ELOOP or EINVAL; ENOENT where there is nothing.
os::UniqueFd open_plain_file(const std::filesystem::path& path);

/// Its content, `bytes_max` of it at most; nullopt where open_plain_file() refuses.
std::optional<std::string> read_plain_file(const std::filesystem::path& path,
                                           std::size_t bytes_max = 64 << 20);

}  // namespace terrace::sandbox
