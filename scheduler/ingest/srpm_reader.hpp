#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::ingest {

/// An SRPM on disk, and what its uploader called it.
struct SrpmFile {
    std::filesystem::path path;
    std::string filename;
    Digest digest;
};

/// What the header of an SRPM says, without ids. All digests inside are verified; a file that is no
/// sound SRPM gives one sentence that says why, `invalid_argument`. From any thread of a blocking
/// pool. Throws std::system_error if the file cannot be read. `digest` is taken as it is.
Result<core::SourcePackage> read_srpm(const std::filesystem::path& path,
                                      const std::string& filename,
                                      const Digest& digest);

/// All of them, in their order, or the first error. Two SRPMs of one name are an error: only the
/// importer knows which of them the package set should have.
Result<std::vector<core::SourcePackage>> read_srpms(const std::vector<SrpmFile>& files);

}  // namespace terrace::ingest
