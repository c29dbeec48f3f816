#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string_view>

#include "common/vocab/id.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/http/message.hpp"

namespace terrace::rest {

/// One text file for each attempt, written from front to back. For blocking threads, several at
/// once. Throws std::system_error when the disk fails.
class LogStore {
public:
    /// Makes the directory. What goes beyond `bytes_max` of one log is dropped, and a last line
    /// says so.
    LogStore(std::filesystem::path directory, std::uint64_t bytes_max);

    /// `text` begins at `offset` of the log. What is there already is skipped, since a worker that
    /// missed our answer sends its text again; a gap is Errc::conflict.
    Result<void> append(AttemptId attempt, std::uint64_t offset, std::string_view text);

    /// From `offset` to the present end; empty if there is nothing.
    FilePart read(AttemptId attempt, std::uint64_t offset) const;

private:
    std::filesystem::path path_of(AttemptId attempt) const;

    std::filesystem::path directory_;
    std::uint64_t bytes_max_;
    std::array<std::mutex, 16> locks_;  ///< an attempt's is that of its id modulo their number
};

}  // namespace terrace::rest
