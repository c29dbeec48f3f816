#include <doctest/doctest.h>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/mock/environment.hpp"

namespace terrace::worker {
namespace {

os::ChildSpec a_sleeper(const MockUser& user) {
    os::ChildSpec spec;
    spec.arguments = {"sleep", "300"};
    spec.environment = mock_environment(user);
    return spec;
}

TEST_CASE(
    "what an earlier life of this worker left running is killed, another worker's mock is not") {
    const os::TemporaryDirectory directory;
    const MockUser ours{-1, directory.path() / "state"};
    const MockUser other{-1, directory.path() / "state2"};
    os::ChildProcess left_over(a_sleeper(ours));
    os::ChildProcess neighbour(a_sleeper(other));
    // posix_spawn returns before the child has the new program's environment only if it failed.
    CHECK(kill_leftover_mocks(ours) == 1);
    CHECK(left_over.wait().exit_code == 137);
    CHECK_FALSE(neighbour.poll().has_value());
    CHECK(kill_leftover_mocks(ours) == 0);
}

TEST_CASE("mock learns whom to build as, and speaks English") {
    const auto environment = mock_environment({1234, "/state"});
    CHECK(environment.at("SUDO_UID") == "1234");
    CHECK(environment.at("LC_ALL") == "C.UTF-8");
    CHECK_FALSE(environment.contains("LANGUAGE"));
}

}  // namespace
}  // namespace terrace::worker
