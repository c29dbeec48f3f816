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
inline constexpr const char* kMoveFile = "move";
inline constexpr const char* kMovedListFile = "moved-files";  ///< written by the swap script
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

/// Copies the corpus, and the packages' programs and libraries, and puts the copies in their
/// places. Where a file's pages are in memory decides which lines of the CPU's caches it competes
/// for, and stays as it is for as long as the file does: identical roots differ by up to 1 % by
/// that alone. Moved again and again, it is noise, which the intervals know.
std::string move_script();

}  // namespace terrace::bench
