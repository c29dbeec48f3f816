#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace terrace::ingest {

/// What a list of BuildRequires resolves to, in names, so that it holds for every package set.
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

/// The digest of all that a resolution depends on besides the repositories and the base: not the
/// source package's name or version. A third of Fedora's packages share theirs with others.
/// @pre `build_requires` are sorted and unique, as their order is no part of the question.
std::string resolution_key(const std::vector<std::string>& build_requires);

/// Empty if the file is not there, or not whole, or of another kind.
ResolutionCache read_resolution_cache(const std::filesystem::path& path);

/// Throws std::system_error if it cannot be written.
void write_resolution_cache(const std::filesystem::path& path, const ResolutionCache& cache);

}  // namespace terrace::ingest
