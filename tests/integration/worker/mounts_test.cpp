#include "worker/sandbox/mounts.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/os/files.hpp"

namespace terrace::sandbox {
namespace {

/// In a mount namespace of a thread's own: nothing of it is seen by the host.
template <class Work>
void with_own_mounts(Work work) {
    std::thread([&work] {
        REQUIRE(::unshare(CLONE_FS | CLONE_NEWNS) == 0);
        REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
        work();
    }).join();
}

}  // namespace

TEST_CASE("removing a tree unmounts what is in it, and nothing of what was mounted is lost") {
    if (::geteuid() != 0) return;
    const os::TemporaryDirectory directory;
    const auto precious = directory.path() / "precious";
    const auto root = directory.path() / "state/mock/root";
    std::filesystem::create_directories(precious);
    std::filesystem::create_directories(root / "a b");
    std::ofstream(precious / "file") << "kept";
    with_own_mounts([&] {
        REQUIRE(::mount("none", root.c_str(), "tmpfs", 0, nullptr) == 0);
        std::filesystem::create_directories(root / "a b");
        REQUIRE(::mount(precious.c_str(), (root / "a b").c_str(), nullptr, MS_BIND, nullptr) == 0);
        const std::ofstream busy(root / "busy");  // only MNT_DETACH gets rid of it now
        CHECK(unmount_below(directory.path() / "state").empty());
        CHECK(std::filesystem::is_empty(root / "a b"));
        remove_tree(directory.path() / "state");
    });
    CHECK_FALSE(std::filesystem::exists(directory.path() / "state"));
    CHECK(os::read_file(precious / "file") == "kept");
}

}  // namespace terrace::sandbox
