#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/vocab/result.hpp"
#include "worker/sandbox/slot_user.hpp"

namespace terrace::sandbox {

/// What one build may leave behind.
struct ResultLimits {
    std::int64_t rpms = 4096;
    std::int64_t file_bytes = std::int64_t{8} << 30;
    std::int64_t total_bytes = std::int64_t{64} << 30;
    friend bool operator==(const ResultLimits&, const ResultLimits&) = default;
};

struct TakenFile {
    std::string filename;
    std::int64_t size = 0;
};

struct TakenResults {
    std::vector<TakenFile> rpms;       ///< by file name
    std::vector<std::string> ignored;  ///< "NAME: why", of what is neither RPM nor log of mock
};

/// Moves the RPMs of a result directory into `to`, out of the reach of the user who built them;
/// from then on they are root's, and that user's group may read them. What counts is name and
/// type: a regular file of one name, whose name ends in .rpm and which begins as an RPM does.
/// Everything else (links, devices, FIFOs, other names) is not touched and listed in `ignored`, but
/// for mock's logs.
///
/// Errc::invalid_argument when a limit is exceeded: half of a package's RPMs are worse than none.
/// Both directories are on one file system; `to` is made. @pre no process of the user runs.
/// Throws std::system_error.
Result<TakenResults> take_results(const std::filesystem::path& results,
                                  const std::filesystem::path& to,
                                  const SlotUser& user,
                                  const ResultLimits& limits);

}  // namespace terrace::sandbox
