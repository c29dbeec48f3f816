#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::ingest {

/// The primary.xml of one repository, verified against its repomd.xml.
struct Primary {
    std::string repo;  ///< a name for messages
    std::filesystem::path path;
    Digest digest;  ///< of the file as it lies there
};

/// Finds it by DIRECTORY/repodata/repomd.xml and computes its digest. Errors are sentences that
/// name the file. Throws std::system_error if a file that is there cannot be read. Blocks.
Result<Primary> find_primary(const std::filesystem::path& repo_directory);

/// What a source repository offers.
struct SourceRepo {
    /// The latest SRPM of each name, by name, without ids. The metadata does not tell about
    /// `exclusive_arch`, `exclude_arch`, `noarch` and `dynamic_build_requires`: they are left empty
    /// and false, and `build_requires` has nothing of what %generate_buildrequires will add.
    std::vector<core::SourcePackage> packages;
    std::vector<std::string> locations;  ///< of each one's SRPM, relative to the repository
};

/// Reads all packages of the arch "src". An error if there are none, or if one has no SHA-256.
Result<SourceRepo> read_source_packages(const std::filesystem::path& repo_directory);

}  // namespace terrace::ingest
