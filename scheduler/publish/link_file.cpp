#include "scheduler/publish/link_file.hpp"

#include <fcntl.h>

#include <system_error>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"

namespace terrace::publish {

void link_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code error;
    std::filesystem::create_hard_link(from, to, error);
    if (!error) return;
    if (error != std::errc::cross_device_link && error != std::errc::too_many_links) {
        throw std::filesystem::filesystem_error("cannot link", from, to, error);
    }
    std::filesystem::copy_file(from, to);
    sync_file(to);
}

void sync_file(const std::filesystem::path& file) {
    const os::UniqueFd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || fsync(fd.get()) != 0) os::throw_errno("sync", file);
}

}  // namespace terrace::publish
