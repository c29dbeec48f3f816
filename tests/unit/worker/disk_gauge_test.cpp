#include "worker/mock/disk_gauge.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

void write(const std::filesystem::path& path, std::size_t size) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << std::string(size, 'x') << std::flush;
}

TEST_CASE("what files occupy is counted in all directories, and no link is followed") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path home = directory.path() / "home";
    write(home / "a", 1 << 20);
    write(home / "b/c/d", 1 << 20);
    write(directory.path() / "elsewhere/e", 8 << 20);
    std::filesystem::create_symlink(directory.path() / "elsewhere", home / "link");
    const std::int64_t bytes = allocated_bytes(home);
    CHECK(bytes >= 2 << 20);
    CHECK(bytes < 4 << 20);
}

TEST_CASE("what is not there occupies nothing") {
    const os::TemporaryDirectory directory;
    CHECK(allocated_bytes(directory.path() / "no-such") == 0);
    CHECK(allocated_bytes("") == 0);
    DiskGauge gauge("", "alpha-0");
    gauge.look();
    CHECK(gauge.bytes_max() == 0);
}

}  // namespace
}  // namespace terrace::worker
