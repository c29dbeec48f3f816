#include <doctest/doctest.h>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "scheduler/ingest/rpm_md.hpp"
#include "scheduler/ingest/srpm_reader.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"

using namespace terrace;
using namespace terrace::ingest;
using terrace::testing::run_rpmbuild;
using terrace::testing::spec_of;

namespace {

void run_createrepo(const std::filesystem::path& directory,
                    const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"createrepo_c", "--quiet"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(directory.string());
    const os::CapturedRun run =
        os::run_captured({.arguments = arguments, .environment = os::current_environment()},
                         std::chrono::seconds(60));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
}

}  // namespace

TEST_CASE("metadata by createrepo_c says of an SRPM what its header says") {
    const os::TemporaryDirectory directory;
    const std::vector<std::filesystem::path> files = run_rpmbuild(
        directory.path() / "made",
        spec_of("tool",
                "Epoch: 2\n"
                "BuildRequires: gcc, cmake >= 3.5, pkgconfig(zlib) = 1:1.2-3, /usr/bin/perl\n"
                "BuildRequires: (clang or gcc-c++ >= 12), (lld if clang), libz.so.1()(64bit)\n"
                "BuildRequires: (tk >= 1:8.4 with tk < 1:9), (a if b >= 2 else (c and d < 3))\n"),
        {"-bs"});
    REQUIRE(files.size() == 1);
    core::SourcePackage expected =
        read_srpm(files[0], files[0].filename(), os::sha256_of_file(files[0])).value();
    std::ranges::sort(expected.build_requires);
    CHECK(expected.build_requires.size() == 9);

    const std::filesystem::path repo = directory.path() / "repo";
    std::filesystem::create_directories(repo / "packages");
    std::filesystem::copy(files[0], repo / "packages");
    for (const char* compression : {"gz", "xz", "bz2"}) {
        CAPTURE(compression);
        run_createrepo(repo, {"--general-compress-type", compression});
        const Result<SourceRepo> read = read_source_packages(repo);
        REQUIRE_MESSAGE(read.has_value(), read.error().message);
        REQUIRE(read->packages.size() == 1);
        core::SourcePackage package = read->packages[0];
        std::ranges::sort(package.build_requires);
        CHECK(package == expected);
        CHECK(read->locations[0] == "packages/" + expected.srpm_name);
    }
}
