#include "common/os/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "common/os/unique_fd.hpp"

namespace terrace::os {
namespace {

UniqueFd open_for_reading(const std::filesystem::path& path) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw_errno("open", path);
    return fd;
}

/// Calls `take(bytes)` for each piece of the file.
template <class Take>
void for_each_piece(const std::filesystem::path& path, Take take) {
    const UniqueFd fd = open_for_reading(path);
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t count = read(fd.get(), buffer.data(), buffer.size());
        if (count == 0) return;
        if (count > 0) {
            take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        } else if (errno != EINTR) {
            throw_errno("read", path);
        }
    }
}

/// A file that nobody else writes, beside the one it will replace; removed unless it was renamed.
class NewFile {
public:
    explicit NewFile(const std::filesystem::path& target) : target_(target) {
        static std::atomic<unsigned> last = 0;
        do {  // a name can be there only from a process of the same number that died
            path_ = target;
            path_ += ".new-" + std::to_string(getpid()) + "-" + std::to_string(++last);
            fd_ = UniqueFd(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        } while (!fd_ && errno == EEXIST);
        if (!fd_) throw_errno("create", path_);
    }
    ~NewFile() {
        if (!renamed_) unlink(path_.c_str());
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::string_view content) {
        write_all(fd_.get(), content, path_);
        if (fsync(fd_.get()) != 0) throw_errno("sync", path_);
    }
    void rename_to_target() {
        if (rename(path_.c_str(), target_.c_str()) != 0) throw_errno("rename to", target_);
        renamed_ = true;
    }

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    UniqueFd fd_;
    bool renamed_ = false;
};

}  // namespace

void throw_errno(const std::string& action, const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot " + action + " " + path.string());
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t count = write(fd, bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            throw_errno("write", path);
        }
    }
}

std::string read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    std::string content;
    for_each_piece(path, [&](std::string_view bytes) {
        if (bytes.size() > bytes_max - content.size()) {
            errno = EFBIG;
            throw_errno("read", path);
        }
        content += bytes;
    });
    return content;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
    NewFile file(path);
    file.write(content);
    file.rename_to_target();
    sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

void sync_directory(const std::filesystem::path& directory) {
    const UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) throw_errno("open", directory);
    if (fsync(fd.get()) != 0) throw_errno("sync", directory);
}

Digest sha256_of_file(const std::filesystem::path& path) {
    Sha256 hash;
    for_each_piece(path, [&](std::string_view bytes) { hash.update(bytes); });
    return hash.finish();
}

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path& parent) {
    std::string name = parent / "terrace-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw_errno("create a directory such as", name);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;  // what cannot be removed is litter, and no reason to end the program
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace terrace::os
