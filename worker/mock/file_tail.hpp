#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "common/os/unique_fd.hpp"

namespace terrace::worker {

/// Reads a file that another process is writing, line by line. The file may appear later, or never;
/// what is no regular file is an error. For one thread.
class FileTail {
public:
    /// Gets lines without their end. A line without end in sight comes in pieces.
    using OnLine = std::function<void(std::string_view line)>;

    explicit FileTail(std::filesystem::path path) : path_(std::move(path)) {}

    /// Passes on the whole lines that were added since the last call, a few megabytes at most.
    /// @return true if there may be more.
    bool read(const OnLine& on_line);
    /// The same to the file's end, and a last line that has none.
    void read_to_end(const OnLine& on_line);

private:
    /// A second mock of the same attempt may begin its logs again.
    void begin_anew_if_truncated();

    std::filesystem::path path_;
    os::UniqueFd fd_;
    std::int64_t offset_ = 0;
    std::string rest_;  // the beginning of a line
};

}  // namespace terrace::worker
