#pragma once

#include <filesystem>
#include <string>

#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"

namespace terrace::solv {

/// A metadata file of a repository, as repomd.xml names it.
struct RepomdEntry {
    std::string location;  ///< relative to the repository, and inside it
    Digest digest;         ///< of the file as it lies there, compressed or not
};

/// The entry of that type ("primary", "filelists" ...) in a repomd.xml. Errors name the file and
/// say what is wrong with it.
Result<RepomdEntry> find_in_repomd(const std::filesystem::path& repomd, const std::string& type);

}  // namespace terrace::solv
