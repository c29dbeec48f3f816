#include "tests/integration/worker/host_limits.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <system_error>
#include <thread>

namespace terrace::worker {
namespace {

namespace fs = std::filesystem;

bool write_to(const fs::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
}

}  // namespace

SmallDisk::SmallDisk(std::int64_t bytes) {
    const std::string options = "mode=755,size=" + std::to_string(bytes);
    if (::mount("tmpfs", path().c_str(), "tmpfs", 0, options.c_str()) != 0) {
        throw std::system_error(errno, std::generic_category(),
                                "cannot mount a tmpfs at " + path().string());
    }
}

SmallDisk::~SmallDisk() {
    ::umount2(path().c_str(), MNT_DETACH);
}

const std::filesystem::path& small_disk() {
    static const SmallDisk disk(std::int64_t{1} << 30);
    return disk.path();
}

MemoryLimit::MemoryLimit(std::int64_t bytes) {
    const std::string name = "terrace-test-" + std::to_string(::getpid());
    const bool first = fs::exists("/sys/fs/cgroup/memory/memory.limit_in_bytes");
    group_ = fs::path(first ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup") / name;
    std::error_code error;
    fs::create_directory(group_, error);
    works_ = !error && write_to(group_ / (first ? "memory.limit_in_bytes" : "memory.max"),
                                std::to_string(bytes));
}

MemoryLimit::~MemoryLimit() {
    // The last processes of the group may still be on their way out.
    for (int i = 0; i < 100 && ::rmdir(group_.c_str()) != 0 && errno == EBUSY; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

std::vector<std::string> MemoryLimit::wrapped(const std::vector<std::string>& command) const {
    std::vector<std::string> all = {
        "/bin/sh", "-c", "echo $$ > " + (group_ / "cgroup.procs").string() + " && exec \"$@\"",
        "sh"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

}  // namespace terrace::worker
