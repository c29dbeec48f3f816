#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace terrace::os {

/// Files of a cache begin with a line of their kind and the digest of the rest, since they are read
/// by code that trusts them.

/// Written so that a crash leaves the old file or the new one. Throws std::system_error.
void write_sealed(const std::filesystem::path& path,
                  const std::string& kind,
                  std::string_view text);

/// nullopt if there is no such file, or if it is not whole or of another kind.
std::optional<std::string> read_sealed(const std::filesystem::path& path, const std::string& kind);

/// Removes the oldest files of that suffix beyond `files_max`.
void remove_oldest(const std::filesystem::path& directory,
                   const std::string& suffix,
                   std::size_t files_max);

}  // namespace terrace::os
