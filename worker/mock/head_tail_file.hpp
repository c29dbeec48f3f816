#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/os/unique_fd.hpp"

namespace terrace::worker {

/// How much of a log is kept, in bytes: so much from its beginning, and so much from its end, where
/// the reason of a failure is.
struct LogLimits {
    std::int64_t head_bytes = 16 << 20;
    std::int64_t tail_bytes = 16 << 20;
};

/// A text on disk of which the beginning and the end are kept. The beginning can be read at once;
/// what follows it only after close(), when it is known what the end is: all of it if it fits, else
/// a line with the number of bytes that are left out, and the last lines. Offsets of what could be
/// read once never change. The file is never longer than head and tail together. For one thread at
/// a time.
class HeadTailFile {
public:
    /// Throws std::system_error if the file cannot be made.
    HeadTailFile(const std::filesystem::path& path, LogLimits limits);

    /// Adds whole lines, until close(). What the disk does not take any more is left out.
    void append(std::string_view lines);
    void close();

    /// How much can be read now; after close(), all there will be.
    std::int64_t size() const;
    /// Some of it, at most `bytes_max`. Throws std::system_error.
    /// @pre 0 <= offset < size()
    std::string read(std::int64_t offset, std::int64_t bytes_max) const;

private:
    bool write(std::string_view bytes, std::int64_t at);
    std::string read_file(std::int64_t at, std::int64_t bytes) const;
    std::string read_tail(std::int64_t at, std::int64_t bytes) const;
    void append_to_tail(std::string_view lines);
    std::int64_t first_line_of_tail(std::int64_t begin) const;

    const std::filesystem::path path_;
    const LogLimits limits_;
    os::UniqueFd file_;
    // The file: the head, then a ring of tail_bytes that holds the newest bytes after the head.
    std::int64_t head_ = 0;
    std::int64_t rest_ = 0;  // bytes after the head, whether they are still there or not
    std::int64_t lost_ = 0;  // of the ring: bytes that a write which failed has spoilt
    bool head_full_ = false;
    bool full_disk_ = false;
    bool closed_ = false;
    std::string between_;          // after the head: what is said about the rest
    std::int64_t tail_begin_ = 0;  // after close(): the tail is rest_ from here on
};

}  // namespace terrace::worker
