#include "worker/mock/disk_gauge.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/os/unique_fd.hpp"
#include "worker/mock/environment.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr auto kDelayMin = 1s;
constexpr int kDelayFactor = 50;
constexpr int kDepthMax = 100;             // each level holds a descriptor
constexpr std::int64_t kBlockBytes = 512;  // of st_blocks, whatever the file system
constexpr const char* kHome = "builddir";  // mock's chroothome

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

/// By descriptors, and never through a link: the build's own user can write here.
std::int64_t allocated_below(int parent, const char* name, dev_t device, int depth) {
    if (depth > kDepthMax) return 0;
    const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return 0;
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd));
    if (!directory) {
        ::close(fd);
        return 0;
    }
    std::int64_t bytes = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view child = entry->d_name;
        struct stat status {};
        if (child == "." || child == ".." ||
            ::fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        bytes += status.st_blocks * kBlockBytes;
        if (S_ISDIR(status.st_mode) && status.st_dev == device)
            bytes += allocated_below(fd, entry->d_name, device, depth + 1);
    }
    return bytes;
}

}  // namespace

std::int64_t allocated_bytes(const std::filesystem::path& directory) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return 0;
    return allocated_below(AT_FDCWD, directory.c_str(), status.st_dev, 0);
}

DiskGauge::DiskGauge(std::filesystem::path base_directory,
                     std::string unique_ext,
                     std::filesystem::path overlay)
    : base_directory_(std::move(base_directory)),
      unique_ext_(std::move(unique_ext)),
      overlay_(std::move(overlay)),
      due_(Clock::now() + kDelayMin) {}

void DiskGauge::look() {
    const auto begin = Clock::now();
    if (begin < due_) return;
    bytes_ = 0;
    std::error_code ignored;  // there may be no build root yet
    for (const auto& root : std::filesystem::directory_iterator(base_directory_, ignored)) {
        if (root.path().filename().string().ends_with("-" + unique_ext_))
            bytes_ = std::max(bytes_, allocated_bytes(root.path() / "root" / kHome));
    }
    // OVERLAY/CONFIGURATION/layers/LAYER/fs
    for (const auto& layer : overlay_layers(overlay_))
        bytes_ = std::max(bytes_, allocated_bytes(layer / kHome));
    bytes_max_ = std::max(bytes_max_, bytes_);
    const auto end = Clock::now();
    due_ = end + std::max<Clock::duration>(kDelayMin, (end - begin) * kDelayFactor);
}

}  // namespace terrace::worker
