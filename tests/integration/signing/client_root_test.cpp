#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "scheduler/publish/client_config.hpp"
#include "tests/integration/signing/signing_farm.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::make_package;
using terrace::testing::run_program;
using terrace::testing::SigningFarm;

TEST_CASE("the mini distribution's own dnf installs a signed x86_64_v3 package, and upgrades it") {
    const char* mini = std::getenv("TERRACE_MINI_REPO");
    if (mini == nullptr || geteuid() != 0) {
        MESSAGE("skipped: no mini distribution (TERRACE_MINI_REPO), or not root");
        return;
    }
    SigningFarm farm;
    const auto compose = [&](std::int64_t id, const std::string& version) {
        core::RunCompose order = farm.order(id, {});
        const auto baseline = make_package(farm.root(), "hello", version);
        farm.add(order, "x86_64/os", baseline);
        farm.add(order, "x86_64_v3/os", baseline);
        farm.add(order, "x86_64_v3/os", make_package(farm.root(), "hello", version, "x86_64_v3"));
        return order;
    };
    REQUIRE(farm.publish(compose(1, "1.0")) == "");

    const auto root = farm.root() / "client";
    const auto tools = std::filesystem::current_path() / "deploy/mini-distro";
    REQUIRE(run_program({tools / "make-client-root", mini, root}).exit_code == 0);
    const auto& release = farm.config.releases.at("f45");
    os::write_file_atomically(root / "etc/yum.repos.d/terrace.repo",
                              client_config(release, "testing", "x86_64_v3", farm.url()).value());
    os::write_file_atomically(root / "etc/dnf/vars/arch", "x86_64_v3\n");
    os::write_file_atomically(root / "etc/dnf/vars/basearch", "x86_64\n");
    const auto in_client = [&](std::vector<std::string> command) {
        std::vector<std::string> arguments = {
            tools / "client-run", root, "--bind", farm.published(), "--bind", mini, "--"};
        arguments.insert(arguments.end(), command.begin(), command.end());
        return run_program(arguments);
    };
    const auto installed = in_client({"dnf", "-y", "install", "hello"});
    INFO(installed.output);
    CHECK(installed.exit_code == 0);
    CHECK(os::read_file(root / "usr/share/hello/version") == "1.0 x86_64_v3\n");
    CHECK(in_client({"rpm", "-q", "--qf", "%{RSAHEADER:pgpsig}", "hello"}).output.find("Key ID") !=
          std::string::npos);

    REQUIRE(farm.publish(compose(2, "2.0")) == "");
    const auto upgraded = in_client({"dnf", "-y", "--refresh", "upgrade", "hello"});
    INFO(upgraded.output);
    CHECK(upgraded.exit_code == 0);
    CHECK(os::read_file(root / "usr/share/hello/version") == "2.0 x86_64_v3\n");
}
