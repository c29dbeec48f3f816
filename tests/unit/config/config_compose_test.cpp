#include "scheduler/app/config_compose.hpp"

#include <doctest/doctest.h>

#include "tests/unit/config/config_files.hpp"

using namespace terrace;

namespace {

core::ComposePolicy policy_of(const std::string& text) {
    return scheduler::read_compose_policy(runtime::YamlMap::from_text(text, "release.yaml"));
}

std::string error_of(const std::string& text) {
    return test::config_error([&] { policy_of(text); });
}

}  // namespace

TEST_CASE("how composes are made and checked is read") {
    const core::ComposePolicy policy = policy_of(
        "allow_stall: distro-sync\nplatform: none\n"
        "abi_groups:\n  - {name: eigen, sources: [pcl, mrpt]}\n"
        "abi_group_libraries: [eigen3-devel]\n");
    CHECK(policy.allow_stall == core::AllowStall::distro_sync);
    CHECK(policy.platform == core::Platform::none);
    CHECK(policy.abi_group_libraries == std::vector<std::string>{"eigen3-devel"});
    REQUIRE(policy.abi_groups.size() == 1);
    CHECK(policy.abi_groups.front().name == "eigen");
    CHECK(policy.abi_groups.front().sources == std::vector<std::string>{"pcl", "mrpt"});
}

TEST_CASE("unless it is said, nothing may stall and clients have the seed's repositories") {
    const core::ComposePolicy policy = policy_of("allow_stall: never\n");
    CHECK(policy.allow_stall == core::AllowStall::never);
    CHECK(policy.platform == core::Platform::seed);
    CHECK(policy.abi_groups.empty());
    CHECK(policy.abi_group_libraries.size() == 3);
    CHECK(policy_of("abi_group_libraries: []\n").abi_group_libraries.empty());
}

TEST_CASE("a compose policy that cannot be meant is refused with the key") {
    CHECK(error_of("allow_stall: upgrade\n") ==
          "release.yaml:1: key 'allow_stall': 'upgrade' is none of: never, distro-sync");
    CHECK(error_of("platform: host\n").find("'host' is none of: seed, none") != std::string::npos);
    CHECK(error_of("abi_groups: [{name: a, sources: [one, one]}]\n").find("two source packages") !=
          std::string::npos);
    CHECK(error_of("abi_groups: [{name: a, sources: [b, c]}, {name: a, sources: [d, e]}]\n")
              .find("'a' is there twice") != std::string::npos);
    CHECK(error_of("allow_stal: never\n").find("allow_stal") != std::string::npos);
}
