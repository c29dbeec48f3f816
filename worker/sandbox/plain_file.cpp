#include "worker/sandbox/plain_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace terrace::sandbox {

os::UniqueFd open_plain_file(const std::filesystem::path& path) {
    os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd) return fd;
    struct stat status {};
    if (::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode)) return fd;
    fd.reset();
    errno = EINVAL;
    return fd;
}

std::optional<std::string> read_plain_file(const std::filesystem::path& path,
                                           std::size_t bytes_max) {
    const os::UniqueFd fd = open_plain_file(path);
    if (!fd) return std::nullopt;
    std::string content;
    std::array<char, 65536> buffer{};
    while (content.size() < bytes_max) {
        const std::size_t wanted = std::min(buffer.size(), bytes_max - content.size());
        const ssize_t got = ::read(fd.get(), buffer.data(), wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw std::system_error(errno, std::generic_category(), "cannot read " + path.string());
        if (got == 0) break;
        content.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return content;
}

}  // namespace terrace::sandbox
