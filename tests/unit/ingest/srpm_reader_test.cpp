#include "scheduler/ingest/srpm_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/os/files.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"

using namespace terrace;
using namespace terrace::ingest;
using terrace::testing::run_rpmbuild;
using terrace::testing::spec_of;

namespace {

using Texts = std::vector<std::string>;

/// An SRPM of that spec, as an importer would name it.
SrpmFile srpm_of(const os::TemporaryDirectory& directory, const std::string& spec) {
    static int last = 0;
    const auto files = run_rpmbuild(directory.path() / std::to_string(++last), spec, {"-bs"});
    REQUIRE(files.size() == 1);
    return {files[0], files[0].filename(), os::sha256_of_file(files[0])};
}

core::SourcePackage read(const SrpmFile& file) {
    return read_srpm(file.path, file.filename, file.digest).value();
}

}  // namespace

TEST_CASE("an SRPM's name, version, digest and size are those of the file") {
    const os::TemporaryDirectory directory;
    const SrpmFile file = srpm_of(directory, spec_of("tool", ""));
    const core::SourcePackage package = read(file);
    CHECK(package.name == "tool");
    CHECK(package.epoch == 0);
    CHECK(package.version == "1.0");
    CHECK(package.release == "3");
    CHECK(package.srpm_name == "tool-1.0-3.src.rpm");
    CHECK(package.srpm_digest == file.digest);
    CHECK(package.srpm_size == static_cast<std::int64_t>(std::filesystem::file_size(file.path)));
    CHECK(package.build_requires.empty());
    CHECK(package.exclusive_arch.empty());
    CHECK(package.exclude_arch.empty());
    CHECK_FALSE(package.noarch);
    CHECK_FALSE(package.dynamic_build_requires);
}

TEST_CASE("an epoch is read") {
    const os::TemporaryDirectory directory;
    CHECK(read(srpm_of(directory, spec_of("tool", "Epoch: 7\n"))).epoch == 7);
}

TEST_CASE("BuildRequires are in rpm's own words, without those on rpm itself") {
    const os::TemporaryDirectory directory;
    const SrpmFile file =
        srpm_of(directory, spec_of("tool",
                                   "BuildRequires: zlib-devel >= 1.2, (bar or baz)\n"
                                   "BuildRequires: pkgconfig(x) = 1:2.0-3, /usr/bin/perl\n"
                                   "BuildConflicts: evil\n"));
    const core::SourcePackage package = read(file);
    CHECK(package.build_requires ==
          Texts{"(bar or baz)", "/usr/bin/perl", "pkgconfig(x) = 1:2.0-3", "zlib-devel >= 1.2"});
    CHECK_FALSE(package.dynamic_build_requires);
}

TEST_CASE("%generate_buildrequires marks a package as having dynamic BuildRequires") {
    const os::TemporaryDirectory directory;
    const std::string spec =
        spec_of("tool", "BuildRequires: make\n") + "%generate_buildrequires\necho x\n";
    const core::SourcePackage package = read(srpm_of(directory, spec));
    CHECK(package.dynamic_build_requires);
    CHECK(package.build_requires == Texts{"make"});
}

TEST_CASE("ExclusiveArch and ExcludeArch are lists") {
    const os::TemporaryDirectory directory;
    const SrpmFile file =
        srpm_of(directory, spec_of("tool", "ExclusiveArch: x86_64 aarch64\nExcludeArch: s390x\n"));
    CHECK(read(file).exclusive_arch == Texts{"x86_64", "aarch64"});
    CHECK(read(file).exclude_arch == Texts{"s390x"});
}

TEST_CASE("only a package whose single BuildArch is noarch is noarch") {
    const os::TemporaryDirectory directory;
    const auto is_noarch = [&](const std::string& preamble) {
        return read(srpm_of(directory, spec_of("tool", preamble))).noarch;
    };
    CHECK(is_noarch("BuildArch: noarch\n"));
    CHECK(is_noarch("BuildArch: noarch\nExclusiveArch: x86_64 noarch\n"));
    CHECK_FALSE(is_noarch("BuildArch: noarch x86_64\n"));
    CHECK_FALSE(
        is_noarch("%package data\nSummary: Data\nBuildArch: noarch\n"
                  "%description data\nData.\n%files data\n"));
}

TEST_CASE("a list of SRPMs keeps its order") {
    const os::TemporaryDirectory directory;
    const std::vector<SrpmFile> files = {srpm_of(directory, spec_of("zebra", "")),
                                         srpm_of(directory, spec_of("ant", ""))};
    const auto packages = read_srpms(files);
    REQUIRE(packages.has_value());
    REQUIRE(packages->size() == 2);
    CHECK(packages->at(0).name == "zebra");
    CHECK(packages->at(1).name == "ant");
}

TEST_CASE("two SRPMs of one package are refused by the names of both files") {
    const os::TemporaryDirectory directory;
    const SrpmFile first = srpm_of(directory, spec_of("tool", ""));
    SrpmFile second = srpm_of(directory, spec_of("tool", "Epoch: 1\n"));
    second.filename = "tool-newer.src.rpm";
    const auto packages = read_srpms({first, second});
    REQUIRE(packages.has_error());
    CHECK(packages.error().code == Errc::invalid_argument);
    CHECK(packages.error().message ==
          "'tool-1.0-3.src.rpm' and 'tool-newer.src.rpm' are both SRPMs of tool; "
          "a package set holds one.");
}

TEST_CASE("several threads may read SRPMs at once") {
    const os::TemporaryDirectory directory;
    const SrpmFile file = srpm_of(directory, spec_of("tool", "BuildRequires: make\n"));
    const core::SourcePackage expected = read(file);
    std::vector<core::SourcePackage> seen(4);
    {
        std::vector<std::jthread> threads;
        for (core::SourcePackage& package : seen) {
            threads.emplace_back([&file, &package] {
                for (int i = 0; i < 20; ++i) package = read(file);
            });
        }
    }
    for (const core::SourcePackage& package : seen) CHECK(package == expected);
}
