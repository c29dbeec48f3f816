#include "scheduler/http/log_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "common/os/unique_fd.hpp"

namespace terrace::rest {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
    throw std::system_error(errno, std::generic_category(), what + " '" + path.string() + "'");
}

std::uint64_t size_of(const os::UniqueFd& file, const fs::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail("cannot look at", path);
    return static_cast<std::uint64_t>(status.st_size);
}

void write_at(const os::UniqueFd& file,
              const fs::path& path,
              std::uint64_t offset,
              std::string_view text) {
    while (!text.empty()) {
        const ssize_t written =
            ::pwrite(file.get(), text.data(), text.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot write", path);
        offset += static_cast<std::uint64_t>(written);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string cut_line(std::uint64_t bytes_max) {
    return "\n[terrace: the log is longer than " + std::to_string(bytes_max) +
           " bytes; the rest was dropped]\n";
}

}  // namespace

LogStore::LogStore(fs::path directory, std::uint64_t bytes_max)
    : directory_(std::move(directory)), bytes_max_(bytes_max) {
    fs::create_directories(directory_);
}

Result<void> LogStore::append(AttemptId attempt, std::uint64_t offset, std::string_view text) {
    const fs::path path = path_of(attempt);
    const std::lock_guard lock(locks_[static_cast<std::uint64_t>(attempt.value) % locks_.size()]);
    const os::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!file) fail("cannot open", path);
    const std::uint64_t size = size_of(file, path);
    if (size > bytes_max_) return {};  // cut, and its last line says so
    if (offset > size) {
        return Error{Errc::conflict, "The log of attempt " + std::to_string(attempt.value) +
                                         " has " + std::to_string(size) + " bytes, so text at " +
                                         std::to_string(offset) + " would leave a gap."};
    }
    text.remove_prefix(std::min<std::uint64_t>(size - offset, text.size()));
    const std::uint64_t room = bytes_max_ - size;
    if (text.size() <= room) {
        write_at(file, path, size, text);
    } else {
        write_at(file, path, size, std::string(text.substr(0, room)) + cut_line(bytes_max_));
    }
    return {};
}

FilePart LogStore::read(AttemptId attempt, std::uint64_t offset) const {
    FilePart part;
    part.path = path_of(attempt);
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(part.path, missing);
    if (missing || size <= offset) return part;
    part.offset = offset;
    part.size = size - offset;
    return part;
}

fs::path LogStore::path_of(AttemptId attempt) const {
    return directory_ / (std::to_string(attempt.value) + ".log");
}

}  // namespace terrace::rest
