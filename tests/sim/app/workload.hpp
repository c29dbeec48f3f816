#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace terrace::sim {

/// One source package, as a scheduler knows it.
struct Source {
    std::string name;
    bool noarch = false;  ///< built once, at the baseline
    double estimate_s = 0;
    std::int64_t memory_mib = 0;
    std::vector<int> needs;  ///< sources that it takes BuildRequires from: indexes, sorted
    friend bool operator==(const Source&, const Source&) = default;
};

/// The sources of a release, sorted by name.
struct Workload {
    std::vector<Source> sources;
};

/// From DIRECTORY/sources.tsv.zst and binaries.tsv.zst (or without .zst): columns name, main_arch,
/// exclusivearch, excludearch, br_resolved, build_s_est, mem_mb_est; binary, source. Sources that
/// are not built for x86_64 are left out, and so are damaged lines and second
/// lines of one name. Throws InputError.
Workload read_workload(const std::filesystem::path& directory);

/// `count` of the sources, drawn by `seed`; their needs are cut down to those that are left.
Workload sample(const Workload& workload, std::size_t count, std::uint64_t seed);

/// How many sources take something from each, directly.
std::vector<int> count_dependents(const Workload& workload);

/// The needs of each source that order a rebuild: those in other strongly connected components.
/// Inside a component the seed's RPM replaces the edge.
std::vector<std::vector<int>> needs_without_cycles(const Workload& workload);

}  // namespace terrace::sim
