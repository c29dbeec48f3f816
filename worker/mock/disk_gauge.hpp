#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace terrace::worker {

/// What the files below a directory occupy: allocated blocks, of one file system, links not
/// followed. What vanishes or cannot be read meanwhile is not counted. 0 for what is no directory.
std::int64_t allocated_bytes(const std::filesystem::path& directory);

/// Looks, while mock runs, at how much disk the home directory of its build root takes: all that
/// rpmbuild unpacks, compiles and packs is there. A look reads every inode below it, so looks are
/// spaced such that they take at most a fiftieth of the time; the most that was seen is somewhat
/// less than the true peak, and 0 for a build that ends within the first second or has its root on
/// a tmpfs of mock's own.
class DiskGauge {
public:
    /// `base_directory` and `unique_ext` are those that mock was told; `overlay`, where it is not
    /// empty, the base_dir of mock's overlayfs plugin: then the files are in a layer there.
    DiskGauge(std::filesystem::path base_directory,
              std::string unique_ext,
              std::filesystem::path overlay = {});

    /// To be called often; does nothing unless a look is due.
    void look();
    std::int64_t bytes() const { return bytes_; }  ///< at the last look
    std::int64_t bytes_max() const { return bytes_max_; }

private:
    using Clock = std::chrono::steady_clock;

    std::filesystem::path base_directory_;
    std::string unique_ext_;
    std::filesystem::path overlay_;
    Clock::time_point due_;
    std::int64_t bytes_ = 0;
    std::int64_t bytes_max_ = 0;
};

}  // namespace terrace::worker
