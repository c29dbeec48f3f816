#include "scheduler/publish/repo_writer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <string>

#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr TimePoint kTime{std::chrono::seconds(1'700'000'000)};

}  // namespace

TEST_CASE("a package is found below its first letter in lower case") {
    CHECK(package_location("bash-5.2-1.x86_64.rpm") == "Packages/b/bash-5.2-1.x86_64.rpm");
    CHECK(package_location("R-core-4-1.noarch.rpm") == "Packages/r/R-core-4-1.noarch.rpm");
    CHECK(package_location("7zip-1-1.x86_64.rpm") == "Packages/7/7zip-1-1.x86_64.rpm");
}

TEST_CASE("an empty repository has all its metadata, at the time given") {
    const os::TemporaryDirectory directory;
    write_repo(directory.path(), {}, kTime, MetadataCache(directory.path() / "cache"));
    const std::string repomd = os::read_file(directory.path() / "repodata" / "repomd.xml");
    CHECK(repomd.find("<revision>1700000000</revision>") != std::string::npos);
    CHECK(repomd.find("<timestamp>1700000000</timestamp>") != std::string::npos);
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path() / "repodata")) {
        const std::string name = entry.path().filename();
        files.insert(name.substr(name.find('-') + 1));
        if (name == "repomd.xml") continue;
        CHECK(repomd.find("href=\"repodata/" + name + "\"") != std::string::npos);
        CHECK(name.starts_with(os::sha256_of_file(entry.path()).hex + "-"));
    }
    CHECK(files == std::set<std::string>{"repomd.xml", "primary.xml.zst", "filelists.xml.zst",
                                         "other.xml.zst"});
}

TEST_CASE("a file that is no RPM is an error with its name") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "Packages" / "x" / "x-1-1.noarch.rpm";
    std::filesystem::create_directories(file.parent_path());
    os::write_file_atomically(file, "no RPM at all");
    std::string message;
    try {
        write_repo(directory.path(), {{file.filename(), os::sha256_of_file(file)}}, kTime,
                   MetadataCache(directory.path() / "cache"));
    } catch (const PublishError& e) {
        message = e.what();
    }
    CHECK(message.starts_with("Cannot make the metadata of " + file.string() + ": "));
    CHECK_FALSE(std::filesystem::exists(directory.path() / "repodata" / "repomd.xml"));
}

TEST_CASE("a directory that cannot be written is an error") {
    CHECK_THROWS_AS(write_repo("/proc/nowhere", {}, kTime, MetadataCache("/proc/nowhere")),
                    std::system_error);
}
