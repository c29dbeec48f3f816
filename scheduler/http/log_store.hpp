#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/time.hpp"
#include "scheduler/http/message.hpp"

namespace terrace::rest {

/// What became of a piece of a log.
struct LogAppend {
    bool gap = false;          ///< nothing was taken: bytes before the piece are missing
    std::uint64_t offset = 0;  ///< where the next piece begins
};

/// A log that takes nothing more.
struct EndedLog {
    AttemptId attempt;
    TimePoint written_at{};   ///< when it last grew
    std::uint64_t bytes = 0;  ///< on disk
};

/// One text for each attempt, written from front to back. While the attempt runs it is the plain
/// file ID.log; compress() makes ID.log.zst of it, by way of ID.ended, which takes nothing more. A
/// crash at any moment loses nothing: compress() goes on from whichever of them is there. Readers
/// see the same bytes at the same offsets all the time.
///
/// For blocking threads, several at once, but compress() and remove() for one. Throws
/// std::system_error when the disk fails.
class LogStore {
public:
    /// Makes the directory. What goes beyond `bytes_max` of one log is dropped, and a last line
    /// says so.
    LogStore(std::filesystem::path directory, std::uint64_t bytes_max);

    /// `text` begins at `offset` of the log. What is there already is skipped, since a worker that
    /// missed our answer sends its text again. Errc::conflict once the log has ended.
    Result<LogAppend> append(AttemptId attempt, std::uint64_t offset, std::string_view text);

    /// From `offset` to the present end; null if there is no log. What was opened can be read to
    /// its end whatever becomes of the log meanwhile.
    std::shared_ptr<BodySource> read(AttemptId attempt, std::uint64_t offset) const;

    /// Logs that were not compressed, by id.
    std::vector<AttemptId> plain_logs() const;
    /// Ends and compresses a log; nothing happens if that was done before, or there is none.
    void compress(AttemptId attempt);

    /// Compressed logs, by id.
    std::vector<EndedLog> ended_logs() const;
    void remove(AttemptId attempt);

    /// Of all logs on disk, as add_up() last found it.
    std::uint64_t bytes() const { return bytes_; }
    void add_up();

private:
    std::filesystem::path path_of(AttemptId attempt, std::string_view suffix) const;
    std::mutex& lock_of(AttemptId attempt) const;
    bool has_ended(AttemptId attempt) const;

    std::filesystem::path directory_;
    std::uint64_t bytes_max_;
    mutable std::array<std::mutex, 16>
        locks_;  ///< an attempt's is that of its id modulo their number
    std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace terrace::rest
