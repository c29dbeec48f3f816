#include "scheduler/http/log_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"
#include "common/os/zstd_file.hpp"
#include "scheduler/http/file_source.hpp"

namespace terrace::rest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlain = ".log";
constexpr std::string_view kEnded = ".ended";
constexpr std::string_view kCompressed = ".log.zst";
constexpr std::string_view kNew = ".new";

struct stat status_of(const os::UniqueFd& file, const fs::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) os::throw_errno("look at", path);
    return status;
}

std::uint64_t size_of(const os::UniqueFd& file, const fs::path& path) {
    return static_cast<std::uint64_t>(status_of(file, path).st_size);
}

void write_at(const os::UniqueFd& file,
              const fs::path& path,
              std::uint64_t offset,
              std::string_view text) {
    while (!text.empty()) {
        const ssize_t written =
            ::pwrite(file.get(), text.data(), text.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) os::throw_errno("write", path);
        offset += static_cast<std::uint64_t>(written);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string cut_line(std::uint64_t bytes_max) {
    return "\n[terrace: the log is longer than " + std::to_string(bytes_max) +
           " bytes; the rest was dropped]\n";
}

/// nullopt: there is no such file.
std::optional<os::UniqueFd> open_if_there(const fs::path& path) {
    os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file) return file;
    if (errno != ENOENT) os::throw_errno("open", path);
    return std::nullopt;
}

class CompressedSource final : public BodySource {
public:
    CompressedSource(os::UniqueFd file, const fs::path& path, std::uint64_t offset)
        : file_(std::move(file), path), offset_(std::min(offset, file_.size())) {}
    std::uint64_t left() const override { return file_.size() - offset_; }
    std::string read_piece() override {
        std::string piece = file_.read(offset_);
        offset_ += piece.size();
        return piece;
    }

private:
    os::ZstdFile file_;
    std::uint64_t offset_ = 0;
};

/// The attempt's id, if `name` is one followed by `suffix`.
std::optional<AttemptId> attempt_of(const std::string& name, std::string_view suffix) {
    AttemptId attempt;
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), attempt.value);
    const std::string_view rest(end, static_cast<std::size_t>(name.data() + name.size() - end));
    if (error != std::errc() || attempt.value < 1 || rest != suffix) return std::nullopt;
    return attempt;
}

TimePoint time_of(const timespec& time) {
    return TimePoint(std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec)));
}

}  // namespace

LogStore::LogStore(fs::path directory, std::uint64_t bytes_max)
    : directory_(std::move(directory)), bytes_max_(bytes_max) {
    fs::create_directories(directory_);
}

Result<LogAppend> LogStore::append(AttemptId attempt, std::uint64_t offset, std::string_view text) {
    const fs::path path = path_of(attempt, kPlain);
    const std::lock_guard lock(lock_of(attempt));
    if (has_ended(attempt)) {
        return Error{Errc::conflict, "The log of attempt " + std::to_string(attempt.value) +
                                         " has ended; nothing can be added to it."};
    }
    const os::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!file) os::throw_errno("open", path);
    const std::uint64_t size = size_of(file, path);
    // What is dropped counts as taken: the worker must not send it again.
    if (size > bytes_max_) return LogAppend{false, offset + text.size()};
    if (offset > size) return LogAppend{true, size};
    text.remove_prefix(std::min<std::uint64_t>(size - offset, text.size()));
    const std::uint64_t room = bytes_max_ - size;
    if (text.size() <= room) {
        write_at(file, path, size, text);
    } else {
        write_at(file, path, size, std::string(text.substr(0, room)) + cut_line(bytes_max_));
    }
    return LogAppend{false, size + text.size()};
}

std::shared_ptr<BodySource> LogStore::read(AttemptId attempt, std::uint64_t offset) const {
    // In the order in which they follow each other, so that one of them is found.
    for (const std::string_view suffix : {kPlain, kEnded}) {
        const fs::path path = path_of(attempt, suffix);
        auto file = open_if_there(path);
        if (!file) continue;
        const std::uint64_t size = size_of(*file, path);
        const std::uint64_t left = size > offset ? size - offset : 0;
        return std::make_shared<FileSource>(std::move(*file), FilePart{path, offset, left});
    }
    const fs::path path = path_of(attempt, kCompressed);
    auto file = open_if_there(path);
    if (!file) return nullptr;
    return std::make_shared<CompressedSource>(std::move(*file), path, offset);
}

std::vector<AttemptId> LogStore::plain_logs() const {
    std::vector<AttemptId> found;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const std::string name = entry.path().filename().string();
        for (const std::string_view suffix : {kPlain, kEnded}) {
            if (const auto attempt = attempt_of(name, suffix)) found.push_back(*attempt);
        }
    }
    std::ranges::sort(found);
    return found;
}

void LogStore::compress(AttemptId attempt) {
    const fs::path ended = path_of(attempt, kEnded);
    {
        const std::lock_guard lock(lock_of(attempt));
        const fs::path plain = path_of(attempt, kPlain);
        if (::rename(plain.c_str(), ended.c_str()) != 0 && errno != ENOENT)
            os::throw_errno("rename", plain);
    }
    if (!fs::exists(ended)) return;
    const fs::path made = path_of(attempt, kNew);
    fs::remove(made);  // of a try that was interrupted
    try {
        os::compress_file(ended, made);
    } catch (...) {
        std::error_code ignored;  // the disk may be full, and this makes room
        fs::remove(made, ignored);
        throw;
    }
    fs::last_write_time(made, fs::last_write_time(ended));
    fs::rename(made, path_of(attempt, kCompressed));
    os::sync_directory(directory_);
    fs::remove(ended);
}

std::vector<EndedLog> LogStore::ended_logs() const {
    std::vector<EndedLog> found;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto attempt = attempt_of(entry.path().filename().string(), kCompressed);
        struct stat status {};
        if (!attempt || ::stat(entry.path().c_str(), &status) != 0) continue;
        found.push_back(
            {*attempt, time_of(status.st_mtim), static_cast<std::uint64_t>(status.st_size)});
    }
    std::ranges::sort(found, {}, &EndedLog::attempt);
    return found;
}

void LogStore::remove(AttemptId attempt) {
    fs::remove(path_of(attempt, kCompressed));
}

void LogStore::add_up() {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        std::error_code gone;  // compressed or removed since
        const std::uintmax_t size = entry.file_size(gone);
        if (!gone) bytes += size;
    }
    bytes_ = bytes;
}

fs::path LogStore::path_of(AttemptId attempt, std::string_view suffix) const {
    return directory_ / (std::to_string(attempt.value) + std::string(suffix));
}

std::mutex& LogStore::lock_of(AttemptId attempt) const {
    return locks_[static_cast<std::uint64_t>(attempt.value) % locks_.size()];
}

bool LogStore::has_ended(AttemptId attempt) const {
    return fs::exists(path_of(attempt, kEnded)) || fs::exists(path_of(attempt, kCompressed));
}

}  // namespace terrace::rest
