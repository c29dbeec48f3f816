#include <doctest/doctest.h>

#include <filesystem>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/mock/environment.hpp"

namespace terrace::worker {
namespace {

os::ChildSpec a_sleeper(const Slot& slot) {
    os::ChildSpec spec;
    spec.arguments = {"sleep", "300"};
    spec.environment = mock_environment(slot);
    return spec;
}

TEST_CASE(
    "a slot's processes are told from its neighbour's, and a worker's from another worker's") {
    const os::TemporaryDirectory directory;
    const auto state = directory.path() / "state";
    const auto base = state / "mock";
    const Slot ours{"alpha-1", {}, state};
    os::ChildProcess slot(a_sleeper(ours));
    os::ChildProcess neighbour(a_sleeper({"alpha-10", {}, state}));
    os::ChildProcess other(a_sleeper({"alpha-1", {}, directory.path() / "state2"}));
    CHECK(sandbox::kill_processes(marks_of_slot(ours, base)).killed == 1);
    CHECK(slot.wait().exit_code == 137);
    CHECK_FALSE(neighbour.poll().has_value());
    CHECK(sandbox::kill_processes(marks_of_worker(state, {}, base)).killed == 1);
    CHECK(neighbour.wait().exit_code == 137);
    CHECK_FALSE(other.poll().has_value());
}

TEST_CASE("mock learns whom to build as, and speaks English") {
    const auto environment = mock_environment({"alpha-1", {1234, 1234}, "/state"});
    CHECK(environment.at("SUDO_UID") == "1234");
    CHECK(environment.at("LC_ALL") == "C.UTF-8");
    CHECK_FALSE(environment.contains("LANGUAGE"));
}

TEST_CASE("build roots of a slot are a build's and those of a comparison's twins") {
    const os::TemporaryDirectory base;
    for (const char* name : {"mini-alpha-1", "mini-alpha-1-a", "other-alpha-1-b", "mini-alpha-10",
                             "mini-alpha-1-c", ".mini-alpha-1.lock"}) {
        std::filesystem::create_directory(base.path() / name);
    }
    CHECK(build_roots_of("alpha-1", base.path()).size() == 3);
    CHECK(build_roots_of("alpha-1", base.path() / "missing").empty());
}

}  // namespace
}  // namespace terrace::worker
