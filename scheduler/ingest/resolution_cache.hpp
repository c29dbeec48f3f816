#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::ingest {

/// What one source package's BuildRequires resolve to, in names, so that it holds for every package
/// set.
struct Resolution {
    std::vector<std::string> needs;  ///< source packages of the direct BuildRequires, sorted
    std::map<std::string, std::string> code_reasons;  ///< by source package; a part of `needs`
    int buildroot_packages = 0;
    std::vector<std::string> problems;
    friend bool operator==(const Resolution&, const Resolution&) = default;
};

/// Resolutions against the same repositories and base packages, by resolution_key().
struct ResolutionCache {
    std::vector<std::string> absent_base;  ///< base packages that the repositories do not have
    std::map<std::string, Resolution> resolutions;
};

/// The digest of all that a source package's resolution depends on, besides the repositories.
std::string resolution_key(const core::SourcePackage& package);

/// Empty if the file is not there, or not whole, or of another kind.
ResolutionCache read_resolution_cache(const std::filesystem::path& path);

/// Throws std::system_error if it cannot be written.
void write_resolution_cache(const std::filesystem::path& path, const ResolutionCache& cache);

}  // namespace terrace::ingest
