#include "worker/mock/tree_cpu.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

os::ChildSpec a_shell(const std::string& script) {
    os::ChildSpec spec;
    spec.arguments = {"/bin/sh", "-c", script};
    spec.environment = os::current_environment();
    return spec;
}

bool uses(const os::ChildProcess& child, std::chrono::microseconds time) {
    for (int i = 0; i < 600; ++i) {
        if (tree_cpu_time(child.pid()) >= time) return true;
        std::this_thread::sleep_for(50ms);
    }
    return false;
}

TEST_CASE("a descendant counts in a session of its own, too") {
    const os::TemporaryDirectory directory;
    const std::string flag = (directory.path() / "go-on").string();
    os::write_file_atomically(flag, "");
    os::ChildProcess child(a_shell("setsid sh -c 'while test -e " + flag + "; do :; done' & wait"));
    CHECK(uses(child, 200ms));
    std::filesystem::remove(flag);
    CHECK(child.wait().exit_code == 0);
}

TEST_CASE("children that have ended count") {
    os::ChildProcess child(
        a_shell("sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; exec sleep 300"));
    CHECK(uses(child, 50ms));
}

TEST_CASE("waiting is no use of the CPU") {
    os::ChildProcess child(a_shell("sleep 300 & wait"));
    std::this_thread::sleep_for(500ms);
    CHECK(tree_cpu_time(child.pid()) < 500ms);
    CHECK(tree_cpu_time(-1) == 0us);
}

}  // namespace
}  // namespace terrace::worker
