#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/time.hpp"

namespace terrace::publish {

/// Metadata or a compose could not be made; the message is a sentence that names the file and the
/// cause.
struct PublishError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A package of a repository: its file is at package_location() below the repository's directory.
struct RepoPackage {
    std::string filename;
    Digest digest;
};

/// "Packages/b/bash-5.2-1.x86_64.rpm"
std::string package_location(const std::string& filename);

/// Writes DIRECTORY/repodata (primary, filelists, other and repomd.xml, all synced) for exactly
/// these packages. Equal packages and an equal `time` give equal bytes, whatever the order. Checks
/// that each file has its digest. @pre DIRECTORY/repodata is not there. Throws PublishError. From
/// any thread, one at a time.
void write_repo(const std::filesystem::path& directory,
                std::vector<RepoPackage> packages,
                TimePoint time);

}  // namespace terrace::publish
