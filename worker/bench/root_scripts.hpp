#pragma once

#include <set>
#include <string>

/// The files and scripts that a comparison puts into a build root, and what the scripts print.
namespace terrace::bench {

inline constexpr const char* kToolDirectory =
    "/terrace";  ///< terrace-measure, scripts, the side's RPMs
inline constexpr const char* kBenchDirectory =
    "/terrace-bench";  ///< the corpus; benchmarks run here

inline constexpr const char* kMeasureFile = "measure";
inline constexpr const char* kCorpusFile = "corpus";
inline constexpr const char* kPrepareFile = "prepare";
inline constexpr const char* kSwapFile = "swap";
inline constexpr const char* kRpmDirectory = "rpms";

/// Lines of the scripts begin so.
inline constexpr const char* kPackagesMarker = "terrace-packages ";
inline constexpr const char* kCorpusMarker = "terrace-corpus ";
inline constexpr const char* kSwappedMarker = "terrace-swapped ";

/// Makes the corpus in a directory of the unprivileged user. Prints its measurement, and the
/// digests of the corpus and of the list of installed packages, which must be the same in both
/// roots.
std::string prepare_script();

/// Replaces the packages of these names by those in the RPM directory, and prints their
/// architectures once it has seen that they are installed.
std::string swap_script(const std::set<std::string>& names);

}  // namespace terrace::bench
