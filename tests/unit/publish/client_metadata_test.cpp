#include "scheduler/publish/client_metadata.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "common/os/zstd_frame.hpp"
#include "common/solv/client_world.hpp"
#include "scheduler/publish/metadata_shard.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::publish;
using testing::MadeUp;

namespace {

const MadeUp kA{.name = "a", .required = {"/usr/bin/b"}};
const MadeUp kB{.name = "b", .files = {"/usr/bin/b"}};
const MadeUp kC{.name = "c", .required = {"a", "b"}};

/// A repository as repo_writer makes them: a frame for each list of packages.
class Framed {
public:
    explicit Framed(const std::vector<std::vector<MadeUp>>& shards) {
        const std::string whole = testing::primary_xml({});
        const std::size_t end = whole.find("</metadata>");
        std::string bytes = os::zstd_frame(whole.substr(0, end), 6);
        for (const auto& shard : shards) {
            std::string text;
            for (const MadeUp& package : shard) text += testing::package_xml(package);
            bytes += os::zstd_frame(text, 6);
        }
        bytes += os::zstd_frame(whole.substr(end), 6);
        primary_ = path() / "repodata" / "primary.xml.zst";
        std::filesystem::create_directories(primary_.parent_path());
        os::write_file_atomically(primary_, bytes);
        os::write_file_atomically(
            path() / "repodata" / "repomd.xml",
            testing::repomd_xml("repodata/primary.xml.zst", os::sha256_of_text(bytes).hex));
    }
    const std::filesystem::path& path() const { return root_.path(); }
    const std::filesystem::path& primary() const { return primary_; }

private:
    os::TemporaryDirectory root_;
    std::filesystem::path primary_;
};

std::string names_in(const solv::ClientRepo& repo) {
    std::string names;
    for (const auto& [name, versions] : solv::versions_of(repo)) names += name;
    return names;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory,
                                            const std::string& suffix) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().string().ends_with(suffix)) files.push_back(entry.path());
    }
    return files;
}

}  // namespace

TEST_CASE("a repository of frames is read as one that is in one piece") {
    const os::TemporaryDirectory cache;
    const ClientMetadata metadata(cache.path());
    const Framed framed({{kA}, {kB, kC}});
    const solv::ClientRepo repo = metadata.read("r", framed.path());
    CHECK(repo.name == "r");
    CHECK(names_in(repo) == "abc");
    solv::Machine machine({Level::x86_64, false});
    const std::vector<std::string> wish = {"c"};
    CHECK(machine.run(solv::Errand::install, std::vector{repo}, wish).empty());
    CHECK(machine.packages().size() == 3);  // files are there, too

    const os::TemporaryDirectory plain;
    testing::make_repo(plain.path(), {kA, kB, kC});
    CHECK((solv::versions_of(metadata.read("r", plain.path())) == solv::versions_of(repo)));
}

TEST_CASE("what two repositories have in common is parsed once, and a repository is read once") {
    const os::TemporaryDirectory cache;
    const ClientMetadata metadata(cache.path());
    const Framed first({{kA}, {kB}});
    metadata.read("r", first.path());
    CHECK(files_in(cache.path(), ".frame-solv").size() == 2);
    const Framed second({{kA}, {kB}, {kC}});
    CHECK(names_in(metadata.read("r", second.path())) == "abc");
    CHECK(files_in(cache.path(), ".frame-solv").size() == 3);
    std::filesystem::remove(second.primary());
    CHECK(names_in(metadata.read("other name", second.path())) == "abc");
}

TEST_CASE("what the disk damaged in the cache is made anew") {
    const os::TemporaryDirectory cache;
    const ClientMetadata metadata(cache.path());
    const Framed framed({{kA}, {kB}});
    metadata.read("r", framed.path());
    for (const char* suffix : {".frame-solv", ".repo-solv"}) {
        for (const auto& file : files_in(cache.path(), suffix)) {
            std::string bytes = os::read_file(file);
            bytes[bytes.size() - 3] ^= 1;
            os::write_file_atomically(file, bytes);
        }
        CHECK(names_in(metadata.read("r", framed.path())) == "ab");
    }
}

TEST_CASE("metadata that is not what its repomd.xml says is refused") {
    const os::TemporaryDirectory cache;
    const Framed framed({{kA}, {kB}});
    std::string bytes = os::read_file(framed.primary());
    bytes[bytes.size() / 2] ^= 1;
    os::write_file_atomically(framed.primary(), bytes);
    CHECK_THROWS_AS(ClientMetadata(cache.path()).read("r", framed.path()), PublishError);
    CHECK_THROWS_AS(ClientMetadata(cache.path()).read("r", "/nowhere"), PublishError);
}
