#include "common/solv/repomd.hpp"

#include <doctest/doctest.h>

#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::solv;
using namespace terrace::testing;

namespace {

Result<RepomdEntry> find_in(const std::string& repomd, const std::string& type = "primary") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "repomd.xml";
    os::write_file_atomically(path, repomd);
    return find_in_repomd(path, type);
}

const std::string kDigest(64, 'a');

}  // namespace

TEST_CASE("repomd.xml tells where the primary is, and its digest") {
    const Result<RepomdEntry> entry = find_in(repomd_xml("repodata/x-primary.xml.gz", kDigest));
    REQUIRE(entry.has_value());
    CHECK(entry->location == "repodata/x-primary.xml.gz");
    CHECK(entry->digest.hex == kDigest);
}

TEST_CASE("a repomd.xml that does not tell is refused") {
    const std::string good = repomd_xml("repodata/primary.xml", kDigest);
    CHECK(find_in("").has_error());
    CHECK(find_in("<repomd>").has_error());
    CHECK(find_in("<html>Not found</html>").error().message.find("names no file of type") !=
          std::string::npos);
    CHECK(find_in(good, "filelists").error().message.find("'filelists'") != std::string::npos);
    CHECK(find_in(repomd_xml("repodata/primary.xml", "")).has_error());
    CHECK(find_in_repomd("/nowhere/repomd.xml", "primary").error().code == Errc::not_found);
}

TEST_CASE("a primary outside of its repository is refused") {
    for (const char* location : {"../other/primary.xml", "/etc/passwd", "repodata/../../x", ""}) {
        CAPTURE(location);
        CHECK(find_in(repomd_xml(location, kDigest)).has_error());
    }
}
