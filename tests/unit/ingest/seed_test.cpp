#include "scheduler/ingest/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::ingest;

namespace {

using Texts = std::vector<std::string>;

/// A directory that looks like a repository; its URL.
std::string a_repo(const std::filesystem::path& directory, const std::string& repomd) {
    std::filesystem::create_directories(directory / "repodata");
    os::write_file_atomically(directory / "repodata" / "repomd.xml", repomd);
    return "file://" + directory.string();
}

std::string message_of(const Texts& urls) {
    const Result<FrozenSeed> seed = freeze_seed(urls);
    REQUIRE(seed.has_error());
    CHECK(seed.error().code == Errc::invalid_argument);
    return seed.error().message;
}

}  // namespace

TEST_CASE("a seed has the digest of each repomd.xml, in the order given") {
    const os::TemporaryDirectory directory;
    const std::string base = a_repo(directory.path() / "mini" / "repo", "<repomd>1</repomd>");
    const std::string extra = a_repo(directory.path() / "extra" / "os", "<repomd>2</repomd>");
    const Result<FrozenSeed> seed = freeze_seed({base + "//", extra});
    REQUIRE(seed.has_value());
    REQUIRE(seed->repos.size() == 2);
    CHECK(seed->repos[0].name.ends_with("-mini"));
    CHECK(seed->repos[0].url == base);
    CHECK(seed->repos[0].repomd_digest == os::sha256_of_text("<repomd>1</repomd>"));
    CHECK(seed->repos[1].name.ends_with("-extra"));
    CHECK(seed->repos[1].url == extra);
}

TEST_CASE("a seed's id is that of its content, whatever the order of the repositories") {
    const os::TemporaryDirectory directory;
    const std::string one = a_repo(directory.path() / "one", "<repomd>1</repomd>");
    const std::string two = a_repo(directory.path() / "two", "<repomd>2</repomd>");
    const std::string twin = a_repo(directory.path() / "twin", "<repomd>2</repomd>");
    const Digest id = freeze_seed({one, two}).value().id;
    CHECK(freeze_seed({two, one}).value().id == id);
    CHECK(freeze_seed({one, twin}).value().id == id);
    CHECK(freeze_seed({one}).value().id != id);
    Texts lines = {os::sha256_of_text("<repomd>1</repomd>").hex + "\n",
                   os::sha256_of_text("<repomd>2</repomd>").hex + "\n"};
    std::ranges::sort(lines);
    CHECK(id == os::sha256_of_text(lines[0] + lines[1]));
}

TEST_CASE("what cannot be a seed is refused with its URL") {
    const os::TemporaryDirectory directory;
    const std::string repo = a_repo(directory.path() / "one", "<repomd/>");
    const std::string page = a_repo(directory.path() / "page", "<html>Not found</html>");
    CHECK(message_of({}) == "A seed needs at least one repository.");
    CHECK(message_of({repo, repo + "/"}) == "The repository " + repo + " is given twice.");
    CHECK(message_of({repo, page}) ==
          page + "/repodata/repomd.xml is not the repomd.xml of a repository.");
    CHECK(message_of({repo + "-absent"}).find(repo + "-absent/repodata/repomd.xml") !=
          std::string::npos);
    CHECK(message_of({"ftp://host/os"}).find("ftp://host/os") != std::string::npos);
}

TEST_CASE("names of repositories come from what is special in their URLs") {
    CHECK(seed_repo_names({"https://host/pub/fedora/linux/releases/45/Everything/x86_64/os",
                           "file:///srv/mini/repo", "https://repo.example.org/", "file:///",
                           "http://host/a%20b/C_d..e/os/"}) ==
          Texts{"45-everything", "mini", "repo-example-org", "seed", "a-20b-c-d-e"});
}

TEST_CASE("no two repositories have the same name") {
    CHECK(seed_repo_names({"file:///mini/os", "http://host/mini", "file:///mini-2",
                           "file:///mini"}) == Texts{"mini", "mini-2", "mini-2-2", "mini-3"});
}
