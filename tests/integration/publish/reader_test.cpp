#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/manifest.hpp"
#include "tests/integration/publish/sample_rpms.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

/// The files that a repomd.xml names.
std::vector<std::string> metadata_of(const std::string& repomd) {
    constexpr std::string_view kBefore = "href=\"";
    std::vector<std::string> locations;
    for (std::size_t at = repomd.find(kBefore); at != std::string::npos;
         at = repomd.find(kBefore, at)) {
        at += kBefore.size();
        locations.push_back(repomd.substr(at, repomd.find('"', at) - at));
    }
    return locations;
}

/// Whether the file has the checksum that its name begins with.
bool is_whole(const std::filesystem::path& metadata) {
    return std::string(metadata.filename()).starts_with(os::sha256_of_file(metadata).hex);
}

/// How many files a reader found through that path, all of them whole. Throws if one is not there.
std::size_t read_all(const std::filesystem::path& compose) {
    std::size_t files = 0;
    const Manifest manifest = read_manifest(compose);
    for (const std::string& repo : manifest.repos) {
        const std::string repomd = os::read_file(compose / repo / "repodata/repomd.xml");
        for (const std::string& location : metadata_of(repomd)) {
            if (!is_whole(compose / repo / location)) throw std::runtime_error("half a file");
            ++files;
        }
    }
    for (const core::ComposePackage& package : manifest.packages) {
        const auto file = compose / package.repo / package_location(package.filename);
        if (os::sha256_of_file(file) != package.digest) throw std::runtime_error("half a file");
        ++files;
    }
    return files;
}

}  // namespace

TEST_CASE("a reader of a stream finds a complete compose at every moment") {
    const testing::PublishedTool tool;
    make_compose(tool.store(), tool.release(), tool.order(1, "1.0"), {});
    testing::show(tool.release(), 1, 1);
    const std::size_t files = read_all(tool.stream());

    std::atomic<bool> stop = false;
    std::atomic<int> reads = 0;
    std::atomic<int> failures = 0;
    std::jthread reader([&] {
        while (!stop) {
            try {
                // One look at the link, as a mirrorlist or an opened directory gives it.
                const std::filesystem::path compose = std::filesystem::canonical(tool.stream());
                if (read_all(compose) != files) ++failures;
            } catch (const std::exception&) {
                ++failures;
            }
            ++reads;
        }
    });
    for (std::int64_t move = 0; move < 50; ++move) {
        const ComposeId next{1 + (move + 1) % 2};
        make_compose(tool.store(), tool.release(),
                     tool.order(next.value, next.value == 1 ? "1.0" : "2.0"), {});
        testing::show(tool.release(), move + 2, next.value);
    }
    while (reads == 0) std::this_thread::yield();
    stop = true;
    reader.join();
    CHECK(failures == 0);
}

TEST_CASE("a reader whose stream moved after repomd.xml finds what that named") {
    const testing::PublishedTool tool;
    make_compose(tool.store(), tool.release(), tool.order(1, "1.0"), {});
    testing::show(tool.release(), 1, 1);
    const std::filesystem::path repo = tool.stream() / "x86_64/os";
    const std::string repomd = os::read_file(repo / "repodata/repomd.xml");

    make_compose(tool.store(), tool.release(), tool.order(2, "2.0"), {});
    testing::show(tool.release(), 2, 2, {1});

    CHECK(os::read_file(repo / "repodata/repomd.xml") != repomd);
    REQUIRE(metadata_of(repomd).size() == 3);
    for (const std::string& location : metadata_of(repomd)) {
        CHECK(is_whole(repo / location));
    }
    CHECK(std::filesystem::exists(repo / package_location("tool-1.0-1.x86_64.rpm")));
}
