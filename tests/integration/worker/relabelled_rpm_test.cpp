// copy_as_x86_64() on packages of this host's rpmbuild, judged by this host's rpm.
#include "worker/mock/relabelled_rpm.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <iostream>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "worker/inspect/rpm_header.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSpec = R"(
Name: toy
Version: 1
Release: 1
Epoch: 2
Summary: A toy
License: MIT
Provides: toy-static = 1
%description
A toy.
%install
mkdir -p %{buildroot}/usr/share/toy
head -c 3000000 /dev/urandom > %{buildroot}/usr/share/toy/noise
ln -s noise %{buildroot}/usr/share/toy/link
%post -p /bin/sh
true
%files
/usr/share/toy
)";

std::string run(const std::vector<std::string>& command) {
    const os::CapturedRun run = os::run_captured({command, os::current_environment()}, 2min);
    INFO(run.output);
    CHECK(run.exit_code == 0);
    return run.output;
}

std::filesystem::path build_toy(const std::string& arch, const std::filesystem::path& directory) {
    std::ofstream(directory / "toy.spec") << kSpec << std::flush;
    run({"rpmbuild", "-bb", "--target", arch, "--define", "_topdir " + directory.string(),
         (directory / "toy.spec").string()});
    return directory / "RPMS" / arch / ("toy-1-1." + arch + ".rpm");
}

/// What rpm knows of a package besides its architecture.
std::string described(const std::filesystem::path& rpm) {
    return run({"rpm", "-qp", "--dump", "--provides", "--requires", "--scripts", "--qf",
                "%{nevr} %{sourcerpm} %{buildtime} %{size} %{payloaddigest} %{platform}\n",
                rpm.string()});
}

TEST_CASE("a copy differs in its architecture only, and its digests hold") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path original = build_toy("x86_64_v3", directory.path());
    const std::filesystem::path copy = directory.path() / "copy.rpm";
    REQUIRE(copy_as_x86_64(original, copy).has_value());
    CHECK(run({"rpm", "-K", copy.string()}).find("digests OK") != std::string::npos);
    const auto header = inspect::read_header(copy);
    REQUIRE(header.has_value());
    CHECK(to_string(header->nevra) == "toy-2:1-1.x86_64");
    CHECK(described(copy) == described(original));
    CHECK(run({"sh", "-c", "rpm2cpio " + original.string() + " | sha256sum"}) ==
          run({"sh", "-c", "rpm2cpio " + copy.string() + " | sha256sum"}));
}

TEST_CASE("what is no package of a level's architecture is refused") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path plain = build_toy("x86_64", directory.path());
    const std::filesystem::path leveled = build_toy("x86_64_v3", directory.path());
    const std::filesystem::path bad = directory.path() / "bad.rpm";
    CHECK_FALSE(copy_as_x86_64(plain, bad).has_value());
    CHECK_FALSE(copy_as_x86_64(directory.path() / "no-such", bad).has_value());
    const std::string content = os::read_file(leveled);
    for (const std::size_t size : {0U, 50U, 100U, 500U, 3000U}) {
        CAPTURE(size);
        std::ofstream(bad, std::ios::binary) << content.substr(0, size) << std::flush;
        CHECK_FALSE(copy_as_x86_64(bad, directory.path() / "copy").has_value());
    }
}

TEST_CASE("a damaged header costs an error or a damaged copy, nothing else") {
    const os::TemporaryDirectory directory;
    std::string content = os::read_file(build_toy("x86_64_v3", directory.path()));
    const std::filesystem::path bad = directory.path() / "bad.rpm";
    for (std::size_t at = 100; at < 6000; at += 61) {
        CAPTURE(at);
        const char old = content[at];
        content[at] = '\xff';
        std::ofstream(bad, std::ios::binary) << content.substr(0, 10'000) << std::flush;
        (void)copy_as_x86_64(bad, directory.path() / "copy");  // the sanitizers watch
        content[at] = old;
    }
}

TEST_CASE("levels are told from other architectures") {
    for (const char* arch : {"x86_64_v2", "x86_64_v3", "x86_64_v4"}) CHECK(is_level_arch(arch));
    for (const char* arch : {"x86_64", "noarch", "src", "x86_64_v", "aarch64"})
        CHECK_FALSE(is_level_arch(arch));
}

}  // namespace
}  // namespace terrace::worker
