#include "worker/mock/seed_check.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

TEST_CASE("a seed is accepted while its repomd.xml is the one that was frozen") {
    const os::TemporaryDirectory directory;
    std::filesystem::create_directory(directory.path() / "repodata");
    std::ofstream(directory.path() / "repodata/repomd.xml") << "<repomd/>";
    SeedRepo repo{"base", "file://" + directory.path().string(), os::sha256_of_text("<repomd/>")};
    CHECK(verify_seed({repo}).has_value());

    std::ofstream(directory.path() / "repodata/repomd.xml", std::ios::app) << "<!-- new -->";
    const auto changed = verify_seed({repo});
    REQUIRE_FALSE(changed.has_value());
    CHECK(changed.error().code == Errc::conflict);
    CHECK(changed.error().message.find("has changed since the seed was frozen") !=
          std::string::npos);

    repo.url += "/gone";
    CHECK(verify_seed({repo}).error().code == Errc::not_found);
}

}  // namespace
}  // namespace terrace::worker
