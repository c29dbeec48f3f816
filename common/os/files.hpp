#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/vocab/digest.hpp"
#include "common/vocab/sha256.hpp"

/// Files, done so that a crash or a full disk at any moment leaves the old content or the new one.
/// All throw std::system_error with the path in the message.
namespace terrace::os {

std::string read_file(const std::filesystem::path& path, std::size_t bytes_max = 64 << 20);

/// Writes beside `path`, syncs, renames over it, syncs the directory.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Writes all of `bytes` to the file at its position.
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Of errno: "cannot ACTION PATH".
[[noreturn]] void throw_errno(const std::string& action, const std::filesystem::path& path);

void sync_directory(const std::filesystem::path& directory);

Digest sha256_of_file(const std::filesystem::path& path);
using terrace::Sha256;
using terrace::sha256_of_text;

/// A new directory below `parent`, removed with all in it by the destructor.
class TemporaryDirectory {
public:
    explicit TemporaryDirectory(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path());
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace terrace::os
