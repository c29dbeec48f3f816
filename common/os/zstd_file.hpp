#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/os/unique_fd.hpp"

/// Files compressed in frames of 1 MiB, in zstd's seekable format
/// (contrib/seekable_format/zstd_seekable_compression_format.md of zstd): any zstd reads them from
/// front to back, and ZstdFile reads any part of them without the rest.
namespace terrace::os {

/// Compresses `from` into the new file `to`, synced; at most a few MiB in memory. Throws
/// std::system_error; what is then left of `to` is the caller's to remove.
void compress_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// A file made by compress_file(), opened: it can be read even when it was removed since. For one
/// thread at a time. Throws std::runtime_error for a file that is damaged.
class ZstdFile {
public:
    ZstdFile(UniqueFd file, std::filesystem::path path);

    /// Of the text, in bytes.
    std::uint64_t size() const { return begins_.back(); }
    /// The text from `offset` to the end of the frame that holds it; empty at the end.
    std::string read(std::uint64_t offset);

private:
    std::string bytes_at(std::uint64_t offset, std::size_t size) const;
    void read_table();
    [[noreturn]] void damaged() const;

    UniqueFd file_;
    std::filesystem::path path_;
    std::vector<std::uint64_t> begins_ = {0};   ///< of each frame's text, and the end
    std::vector<std::uint64_t> offsets_ = {0};  ///< of each frame, and the end of the last
};

}  // namespace terrace::os
