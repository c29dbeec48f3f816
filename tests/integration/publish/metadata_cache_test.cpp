#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/repo_writer.hpp"
#include "tests/integration/publish/sample_rpms.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr TimePoint kTime{std::chrono::seconds(1'700'000'000)};

/// A repository of copies of some RPMs, each under the name given.
class Repository {
public:
    void add(const std::filesystem::path& rpm, const std::string& filename) {
        const std::filesystem::path file = directory_.path() / package_location(filename);
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::copy_file(rpm, file);
        packages_.push_back({filename, os::sha256_of_file(file)});
    }
    std::string write(const std::filesystem::path& cache) {
        std::filesystem::remove_all(directory_.path() / "repodata");
        write_repo(directory_.path(), packages_, kTime, MetadataCache(cache));
        return os::read_file(directory_.path() / "repodata" / "repomd.xml");
    }
    const std::filesystem::path& path() const { return directory_.path(); }

private:
    os::TemporaryDirectory directory_;
    std::vector<RepoPackage> packages_;
};

std::filesystem::path only_file(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        files.push_back(entry.path());
    REQUIRE(files.size() == 1);
    return files.front();
}

}  // namespace

TEST_CASE("metadata from the cache has the bytes of metadata from the packages") {
    const os::TemporaryDirectory work;
    Repository repository;
    for (const auto& rpm : testing::make_tool(work.path() / "rpms", "1.0"))
        repository.add(rpm, rpm.filename());
    const std::filesystem::path cache = work.path() / "cache";
    const std::string first = repository.write(cache);
    SUBCASE("the files are not even read again") {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(repository.path() / "Packages")) {
            if (entry.is_regular_file()) os::write_file_atomically(entry.path(), "gone");
        }
    }
    SUBCASE("a shard that the disk damaged is made anew") {
        const std::filesystem::path shard = only_file(cache);
        std::string bytes = os::read_file(shard);
        bytes[bytes.size() / 2] ^= 1;
        os::write_file_atomically(shard, bytes);
    }
    CHECK(repository.write(cache) == first);
}

TEST_CASE("an RPM that lies about its name is refused") {
    const os::TemporaryDirectory work;
    Repository repository;
    const auto rpms = testing::make_tool(work.path() / "rpms", "1.0");
    repository.add(rpms.front(), "bash-5.2-1.x86_64.rpm");
    std::string message;
    try {
        repository.write(work.path() / "cache");
    } catch (const PublishError& e) {
        message = e.what();
    }
    CHECK(message.find("bash-5.2-1.x86_64.rpm: its header says that it is tool-") !=
          std::string::npos);
    CHECK_FALSE(std::filesystem::exists(repository.path() / "repodata" / "repomd.xml"));
}
