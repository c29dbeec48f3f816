#include "worker/mock/file_tail.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "worker/sandbox/plain_file.hpp"

namespace terrace::worker {
namespace {

constexpr std::size_t kChunkBytes = 256 << 10;
constexpr int kChunksAtOnce = 16;
constexpr std::size_t kLineBytesMax = 64 << 10;

}  // namespace

bool FileTail::read(const OnLine& on_line) {
    // The directory belongs to the user who builds, and we may be root.
    if (!fd_) fd_ = sandbox::open_plain_file(path_);
    if (!fd_) {
        if (errno == ENOENT) return false;
        throw std::system_error(errno, std::generic_category(), "cannot read " + path_.string());
    }
    begin_anew_if_truncated();
    std::vector<char> chunk(kChunkBytes);
    for (int i = 0; i < kChunksAtOnce; ++i) {
        const ssize_t count = ::pread(fd_.get(), chunk.data(), chunk.size(), offset_);
        if (count < 0)
            throw std::system_error(errno, std::generic_category(),
                                    "cannot read " + path_.string());
        if (count == 0) return false;
        offset_ += count;
        rest_.append(chunk.data(), static_cast<std::size_t>(count));
        std::size_t begin = 0;
        for (std::size_t end = rest_.find('\n'); end != std::string::npos;
             end = rest_.find('\n', begin)) {
            on_line(std::string_view(rest_).substr(begin, end - begin));
            begin = end + 1;
        }
        rest_.erase(0, begin);
        if (rest_.size() > kLineBytesMax) {
            on_line(rest_);
            rest_.clear();
        }
    }
    return true;
}

void FileTail::begin_anew_if_truncated() {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0 || status.st_size >= offset_) return;
    offset_ = 0;
    rest_.clear();
}

void FileTail::read_to_end(const OnLine& on_line) {
    while (read(on_line)) {
    }
    if (!rest_.empty()) on_line(rest_);
    rest_.clear();
}

}  // namespace terrace::worker
