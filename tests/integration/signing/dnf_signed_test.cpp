#include <doctest/doctest.h>

#include <string>

#include "common/vocab/check.hpp"
#include "scheduler/publish/client_config.hpp"
#include "tests/integration/signing/signing_farm.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::damage;
using terrace::testing::make_package;
using terrace::testing::run_program;
using terrace::testing::SigningFarm;

namespace {

/// The host's dnf with a root and a configuration of its own: the .repo file that is served.
class HostClient {
public:
    explicit HostClient(const SigningFarm& farm) {
        const auto repos = directory_.path() / "repos";
        std::filesystem::create_directories(repos);
        std::filesystem::copy(farm.release() / client_config_name("f45", "testing"),
                              repos / "terrace.repo");
        // Debian's rpm keeps its database in the caller's home unless told otherwise.
        os::write_file_atomically(directory_.path() / ".rpmmacros", "%_dbpath /var/lib/rpm\n");
    }

    os::CapturedRun dnf(std::vector<std::string> command) const {
        const std::string root = directory_.path() / "root";
        std::vector<std::string> arguments = {
            "dnf",
            "-y",
            "--disableplugin=*",
            "--releasever=1",
            "--installroot=" + root,
            "--refresh",  // within the second of its last look it would not look again
            "--setopt=cachedir=" + root + "-cache",
            "--setopt=reposdir=" + (directory_.path() / "repos").string()};
        arguments.insert(arguments.end(), command.begin(), command.end());
        return run_program(arguments, {{"HOME", directory_.path()}});
    }
    std::string version() const {
        const auto file = directory_.path() / "root/usr/share/hello/version";
        return std::filesystem::exists(file) ? os::read_file(file) : "";
    }

private:
    os::TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE(
    "a dnf that checks packages and metadata installs and upgrades from the served .repo file") {
    SigningFarm farm;
    REQUIRE(farm.publish(farm.order(1, {make_package(farm.root(), "hello", "1.0")})) == "");
    const HostClient client(farm);
    const os::CapturedRun installed = client.dnf({"install", "hello"});
    INFO(installed.output);
    CHECK(installed.exit_code == 0);
    CHECK(client.version() == "1.0 x86_64\n");
    REQUIRE(farm.publish(farm.order(2, {make_package(farm.root(), "hello", "2.0")})) == "");
    const os::CapturedRun upgraded = client.dnf({"upgrade"});
    INFO(upgraded.output);
    CHECK(upgraded.exit_code == 0);
    CHECK(client.version() == "2.0 x86_64\n");
}

TEST_CASE("dnf refuses metadata that was changed, or that has no signature") {
    SigningFarm farm;
    REQUIRE(farm.publish(farm.order(1, {make_package(farm.root(), "hello", "1.0")})) == "");
    const auto repodata = farm.release() / "composes/1/x86_64/os/repodata";
    damage(repodata / "repomd.xml", 20);
    const os::CapturedRun changed = HostClient(farm).dnf({"install", "hello"});
    INFO(changed.output);
    CHECK(changed.exit_code != 0);
    CHECK(changed.output.find("repomd.xml GPG signature verification error") != std::string::npos);
    std::filesystem::remove(repodata / "repomd.xml.asc");
    CHECK(HostClient(farm).dnf({"install", "hello"}).exit_code != 0);
}

TEST_CASE("dnf refuses a package that was changed, also where the metadata fits it") {
    SigningFarm farm;
    const auto rpm = make_package(farm.root(), "hello", "1.0");
    REQUIRE(farm.publish(farm.order(1, {rpm})) == "");
    const std::string file = "x86_64/os/Packages/h/" + rpm.filename().string();
    // In the payload: the checksum in the metadata finds it.
    damage(farm.release() / "composes/1" / file, 10);
    const HostClient client(farm);
    const os::CapturedRun changed = client.dnf({"install", "hello"});
    INFO(changed.output);
    CHECK(changed.exit_code != 0);
    CHECK(client.version().empty());

    // An unsigned package in signed metadata, as if the publisher were lied to about what is
    // signed.
    core::RunCompose order = farm.order(2, {rpm});
    const Digest digest = order.packages[0].digest;
    const SignedObjects notes(farm.store);
    notes.forget(farm.key, digest);
    CHECK(notes.keep(farm.key, digest, digest) == digest);
    REQUIRE(farm.publish(order) == "");
    const HostClient other(farm);
    const os::CapturedRun unsigned_one = other.dnf({"install", "hello"});
    INFO(unsigned_one.output);
    CHECK(unsigned_one.exit_code != 0);
    CHECK(unsigned_one.output.find("is not signed") != std::string::npos);
    CHECK(other.version().empty());
}
