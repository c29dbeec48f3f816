#pragma once

#include <filesystem>

namespace terrace::bench {

/// Throws std::runtime_error unless both repositories say the same of the same packages in primary,
/// filelists and other: the text of each package's element, whatever their order and compression.
/// Only the time of a package's file is left out, which createrepo_c takes from the file system.
void expect_equal_content(const std::filesystem::path& ours,
                          const std::filesystem::path& theirs,
                          const std::filesystem::path& work);

}  // namespace terrace::bench
