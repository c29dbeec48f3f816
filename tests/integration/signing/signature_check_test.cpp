// What fsck and verify say of signatures.
#include "scheduler/publish/signature_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "scheduler/publish/client_config.hpp"
#include "scheduler/publish/compose_sums.hpp"
#include "scheduler/publish/fsck.hpp"
#include "scheduler/publish/sbom.hpp"
#include "tests/integration/signing/signing_farm.hpp"
#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::damage;
using terrace::testing::make_package;
using terrace::testing::SigningFarm;

namespace {

/// A farm whose stream `testing` shows compose 1, which has one package.
struct Published {
    SigningFarm farm;
    std::filesystem::path rpm;  ///< as it was built
    core::RunCompose order;

    explicit Published(const std::string& algorithm = "rsa3072")
        : farm(algorithm),
          rpm(make_package(farm.root(), "hello", "1.0")),
          order(farm.order(1, {rpm})) {
        REQUIRE(farm.publish(order) == "");
    }
    std::filesystem::path compose() const { return farm.release() / "composes/1"; }
    std::filesystem::path published_rpm() const {
        return compose() / "x86_64/os/Packages/h" / rpm.filename();
    }
    std::filesystem::path repomd() const { return compose() / "x86_64/os/repodata/repomd.xml"; }
    std::string keys() const { return keys_of(farm.signer.socket()); }
    static std::string keys_of(const std::filesystem::path& socket) {
        return SignerClient(socket).keys("f45").public_keys;
    }
    core::RepoState state(Signing signing = Signing::gnupg) const {
        core::RepoState state;
        state.composes.push_back(order.compose);
        state.composes.back().signing = signing;
        state.streams.push_back({"f45", "testing", ComposeId{1}});
        return state;
    }
    wire::FsckReport fsck(const ReadReleaseKeys& read, Signing signing = Signing::gnupg) const {
        return check_all(farm.store, farm.published(), state(signing), {}, read);
    }
    wire::FsckReport fsck() const {
        return fsck([&](const std::string&) { return keys(); });
    }
    wire::VerifyReport verify() const {
        return verify_stream(farm.published(), "f45", "testing", state(), {},
                             [&](const std::string&) { return keys(); });
    }
};

/// What is said of that file; empty if nothing is.
std::string said_of(const std::vector<wire::RepoProblem>& problems,
                    const std::filesystem::path& file) {
    std::string text;
    for (const wire::RepoProblem& problem : problems) {
        if (problem.path == file.string()) text += problem.what + "\n";
    }
    return text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The file gets other content; what shares its bytes by a link stays as it was.
void replace(const std::filesystem::path& file, const std::string& from, const std::string& to) {
    std::string text = os::read_file(file);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    os::write_file_atomically(file, text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("fsck and verify look at every signature, by RSA and by EdDSA") {
    for (const char* algorithm : {"rsa3072", "ed25519"}) {
        CAPTURE(algorithm);
        const Published published(algorithm);
        // Of the package, of each repomd.xml, and of SHA256SUMS.
        const auto signatures = static_cast<std::int64_t>(published.order.repos.size()) + 2;
        const wire::FsckReport fsck = published.fsck();
        CHECK(fsck.problems.empty());
        CHECK(fsck.signatures == signatures);
        const wire::VerifyReport verified = published.verify();
        CHECK(verified.problems.empty());
        CHECK(verified.signatures == signatures);
    }
}

TEST_CASE("a package that is unsigned, altered, or signed by a stranger is told from a good one") {
    const Published published;
    const Published stranger;
    const SignatureCheck check(published.keys());
    CHECK(check.why_not_rpm(published.published_rpm()) == "");
    CHECK(check.why_not_rpm(published.rpm) == "It is not signed.");
    CHECK(has(check.why_not_rpm(stranger.published_rpm()), "none of the release's"));
    // A name in the header; the header's digest and its signature no longer fit.
    const auto altered = published.farm.root() / "altered.rpm";
    std::string bytes = os::read_file(published.published_rpm());
    const std::size_t last = bytes.rfind("A test");
    REQUIRE(last != std::string::npos);
    bytes.replace(last, 6, "A text");
    os::write_file_atomically(altered, bytes);
    CHECK(check.why_not_rpm(altered) == "Its signature is wrong, or its header is damaged.");
    os::write_file_atomically(altered, "no RPM");
    CHECK(check.why_not_rpm(altered) != "");
    CHECK_THROWS_AS(check.why_not_rpm(published.farm.root() / "absent.rpm"), std::system_error);
    CHECK_THROWS_AS(SignatureCheck("no key"), PublishError);
}

TEST_CASE("two keys one after the other are both the release's") {
    const Published one;
    const Published other("ed25519");
    const SignatureCheck check(one.keys() + other.keys());
    for (const Published* published : {&one, &other}) {
        CHECK(check.why_not_rpm(published->published_rpm()) == "");
        CHECK(check.why_not_file(published->repomd(), published->repomd().string() + ".asc") == "");
    }
    CHECK(has(check.why_not_file(one.repomd(), other.repomd().string() + ".asc"),
              "Its signature is wrong"));
}

TEST_CASE("what was altered after it was signed is found, by its name and cause") {
    const Published published;
    const auto sums = published.compose() / kSumsName;
    const auto check = [&](const std::filesystem::path& file, const std::string& what) {
        INFO(file);
        const std::string fsck = said_of(published.fsck().problems, file);
        INFO(fsck);
        CHECK(has(fsck, what));
        // The stream's own tree has the file by another link, which was not touched.
        CHECK(published.verify().problems.empty());
    };
    SUBCASE("a decision in COMPOSE.json") {
        replace(published.compose() / kManifestName, "\"carried\"", "\"built\"");
        check(published.compose() / kManifestName, "not the one in SHA256SUMS");
    }
    SUBCASE("COMPOSE.json, and SHA256SUMS so that it fits") {
        const auto manifest = published.compose() / kManifestName;
        const std::string before = os::sha256_of_file(manifest).hex;
        os::write_file_atomically(manifest, os::read_file(manifest) + " ");
        replace(sums, before, os::sha256_of_file(manifest).hex);
        check(sums, "Its signature is wrong: it is not what the key ");
        CHECK(said_of(published.fsck().problems, manifest).empty());
    }
    SUBCASE("the SBOM") {
        replace(published.compose() / kSbomName, "SPDX-2", "SPDX-3");
        check(published.compose() / kSbomName, "not the one in SHA256SUMS");
    }
    SUBCASE("repomd.xml") {
        replace(published.repomd(), "<revision>", "<revision>1");
        check(published.repomd(), "Its signature is wrong");
        check(published.repomd(), "not the one in SHA256SUMS");
    }
    SUBCASE("a signature that is gone") {
        std::filesystem::remove(published.repomd().string() + ".asc");
        check(published.repomd(), "It is not signed: there is no repomd.xml.asc.");
        std::filesystem::remove(sums);
        check(sums, "It is missing");
    }
    SUBCASE("a package that somebody replaced by an unsigned one") {
        os::write_file_atomically(published.published_rpm(), os::read_file(published.rpm));
        check(published.published_rpm(), "It is not signed.");
    }
    SUBCASE("a compose that says it was never signed") {
        replace(published.compose() / kManifestName, "\"gnupg\"", "\"none\"");
        check(published.compose() / kManifestName, "the database says 'gnupg'");
    }
}

TEST_CASE("verify finds in a stream's own tree what does not bear the release's signature") {
    const Published published;
    const auto tree = std::filesystem::canonical(published.farm.stream());
    const auto rpm = tree / "x86_64/os/Packages/h" / published.rpm.filename();
    os::write_file_atomically(rpm, os::read_file(published.rpm));
    replace(tree / "source/repodata/repomd.xml", "<revision>", "<revision>1");
    const wire::VerifyReport report = published.verify();
    CHECK(has(said_of(report.problems, rpm), "It is not signed."));
    CHECK(has(said_of(report.problems, tree / "source/repodata/repomd.xml"),
              "Its signature is wrong"));
}

TEST_CASE("a key that the release no longer has signs for nobody, and who signs it is named") {
    const Published published;
    const Published stranger;
    const wire::FsckReport report =
        published.fsck([&](const std::string&) { return stranger.keys(); });
    const std::string key = published.farm.key.substr(published.farm.key.size() - 16);
    const std::string why =
        "It is signed by the key " + key + ", which is none of the release's.\n";
    for (const auto& file :
         {published.published_rpm(), published.repomd(), published.compose() / kSumsName})
        CHECK(said_of(report.problems, file) == why);
    CHECK(has(said_of(report.problems, published.farm.release() / packages_key_name("f45")),
              "It has other keys than the signer"));
}

TEST_CASE("keys that cannot be had are a problem, and not a good report") {
    Published published;
    published.farm.signer.kill();
    const auto served = published.farm.release() / packages_key_name("f45");
    const std::string why = said_of(published.fsck().problems, served);
    CHECK(has(why, "The signatures of f45 were not checked"));
    CHECK(has(why, published.farm.signer.socket().string()));
    CHECK(has(said_of(published.verify().problems, served), "were not checked"));
    published.farm.signer.start();
    CHECK(published.fsck().problems.empty());
}
