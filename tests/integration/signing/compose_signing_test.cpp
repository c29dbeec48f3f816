#include <doctest/doctest.h>

#include <set>
#include <string>

#include "common/os/base64.hpp"
#include "common/os/ed25519.hpp"
#include "common/wire/dsse.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/client_config.hpp"
#include "scheduler/publish/provenance_store.hpp"
#include "scheduler/publish/sbom.hpp"
#include "tests/integration/signing/signing_farm.hpp"
#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::make_package;
using terrace::testing::run_program;
using terrace::testing::SigningFarm;

namespace {

/// What rpm says of a package with the release's key alone in its keyring.
std::string checked_by_rpm(const SigningFarm& farm, const std::filesystem::path& rpm) {
    const os::TemporaryDirectory database;
    const std::string path = database.path();
    const auto key = farm.release() / packages_key_name("f45");
    REQUIRE(run_program({"rpmkeys", "--dbpath", path, "--import", key}).exit_code == 0);
    const auto run = run_program({"rpmkeys", "--dbpath", path, "-Kv", rpm});
    return (run.exit_code == 0 ? "good\n" : "bad\n") + run.output;
}

int verified_by_gpg(const SigningFarm& farm, const std::filesystem::path& file) {
    return run_program({"gpg", "--batch", "--verify", file.string() + ".asc", file},
                       {{"GNUPGHOME", farm.keys.path()}})
        .exit_code;
}

std::filesystem::path published_rpm(const SigningFarm& farm, const std::string& filename) {
    return farm.stream() / "x86_64/os/Packages" / filename.substr(0, 1) / filename;
}

}  // namespace

TEST_CASE("packages and metadata are signed so that rpm and gpg accept them, by RSA and by EdDSA") {
    for (const char* algorithm : {"rsa3072", "ed25519"}) {
        CAPTURE(algorithm);
        SigningFarm farm(algorithm);
        const auto rpm = make_package(farm.root(), "hello", "1.0");
        const core::RunCompose order = farm.order(1, {rpm});
        REQUIRE(farm.publish(order) == "");

        const auto signed_rpm = published_rpm(farm, rpm.filename());
        const std::string said = checked_by_rpm(farm, signed_rpm);
        INFO(said);
        CHECK(said.starts_with("good\n"));
        CHECK(said.find("Signature, key ID") != std::string::npos);
        CHECK(said.find("Payload SHA256 digest: OK") != std::string::npos);
        CHECK(checked_by_rpm(farm, rpm).find("Signature, key ID") == std::string::npos);
        for (const std::string& repo : order.repos)
            CHECK(verified_by_gpg(farm, farm.stream() / repo / "repodata/repomd.xml") == 0);
    }
}

TEST_CASE("both digests are stored, and what is signed is not signed again") {
    SigningFarm farm;
    const auto hello = make_package(farm.root(), "hello", "1.0");
    const auto other = make_package(farm.root(), "other", "1.0");
    REQUIRE(farm.publish(farm.order(1, {hello})) == "");
    REQUIRE(farm.publish(farm.order(2, {hello, other})) == "");

    const Manifest first = read_manifest(farm.release() / "composes/1");
    const Manifest second = read_manifest(farm.release() / "composes/2");
    CHECK(second.signing == SigningNote{Signing::gnupg, farm.key, first.signing.statement_key});
    REQUIRE(second.packages.size() == 2);
    const ManifestPackage& kept = second.packages[0];
    CHECK(kept.signed_digest == first.packages[0].signed_digest);
    CHECK(kept.provenance == first.packages[0].provenance);
    CHECK(kept.digest == os::sha256_of_file(hello));
    REQUIRE(kept.signed_digest);
    CHECK(*kept.signed_digest != kept.digest);
    CHECK(*kept.signed_digest == os::sha256_of_file(published_rpm(farm, hello.filename())));
    CHECK(farm.store.contains(kept.digest));
    CHECK(farm.store.contains(*kept.signed_digest));
    CHECK(SignedObjects(farm.store).find(farm.key, kept.digest) == kept.signed_digest);

    std::set<std::pair<Digest, Digest>> noted;
    SignedObjects(farm.store).each([&](const std::string& key, const Digest& a, const Digest& b) {
        CHECK(key == farm.key);
        noted.emplace(a, b);
    });
    CHECK(noted.size() == 2);
    CHECK(noted.contains({kept.digest, *kept.signed_digest}));

    // What garbage collection asks for.
    const std::set<Digest> objects = objects_of(first);
    CHECK(objects == std::set<Digest>{kept.digest, *kept.signed_digest, *kept.provenance});
    std::set<Digest> live = {kept.digest};
    const SignedObjects notes(farm.store);
    notes.add_signed_forms(live);
    CHECK(live == std::set<Digest>{kept.digest, *kept.signed_digest});
    CHECK(notes.forget_gone() == 0);
    std::filesystem::remove(farm.store.path_of(*kept.signed_digest));
    CHECK(notes.find(farm.key, kept.digest) == std::nullopt);
    CHECK(notes.forget_gone() == 1);
}

TEST_CASE("another key signs everything anew, and clients get both keys") {
    SigningFarm farm;
    const auto rpm = make_package(farm.root(), "hello", "1.0");
    REQUIRE(farm.publish(farm.order(1, {rpm})) == "");
    const std::string former = farm.key;
    farm.key = farm.keys.add_key("ed25519");
    const auto directory = farm.root() / "second";
    std::filesystem::create_directories(directory);
    const testing::SignerProcess second(farm.keys, farm.key, directory, {former});
    REQUIRE(farm.publish(farm.order(2, {rpm}), second.socket()) == "");
    CHECK(read_manifest(farm.release() / "composes/2").signing.key == farm.key);
    CHECK(checked_by_rpm(farm, published_rpm(farm, rpm.filename())).starts_with("good\n"));
    CHECK(checked_by_rpm(farm, farm.release() / "composes/1/x86_64/os/Packages/h" / rpm.filename())
              .starts_with("good\n"));
}

TEST_CASE("provenance names the signed file, and its envelope is signed by the release's key") {
    SigningFarm farm;
    const auto rpm = make_package(farm.root(), "hello", "1.0");
    REQUIRE(farm.publish(farm.order(1, {rpm})) == "");
    const ManifestPackage package = read_manifest(farm.release() / "composes/1").packages.at(0);
    REQUIRE(package.provenance);
    const auto note = find_provenance(farm.store, package.build);
    REQUIRE(note);
    CHECK(note->envelope == *package.provenance);

    const auto envelope =
        wire::from_text<wire::DsseEnvelope>(os::read_file(farm.store.path_of(*package.provenance)))
            .value();
    const std::string statement = os::from_base64(envelope.payload).value();
    CHECK(statement.find(package.signed_digest->hex) != std::string::npos);
    CHECK(statement.find(package.digest.hex) == std::string::npos);
    const auto key =
        os::Ed25519PublicKey::from_pem(os::read_file(farm.release() / kProvenanceKeyName)).value();
    CHECK(key.id() == envelope.signatures.at(0).keyid);
    CHECK(key.verify(wire::dsse_pre_authentication(envelope.payloadType, statement),
                     os::from_base64(envelope.signatures.at(0).sig).value()));
    // Without Terrace, too.
    os::write_file_atomically(farm.root() / "statement",
                              wire::dsse_pre_authentication(envelope.payloadType, statement));
    os::write_file_atomically(farm.root() / "signature",
                              os::from_base64(envelope.signatures.at(0).sig).value());
    CHECK(run_program({"openssl", "pkeyutl", "-verify", "-pubin", "-rawin", "-inkey",
                       farm.release() / kProvenanceKeyName, "-in", farm.root() / "statement",
                       "-sigfile", farm.root() / "signature"})
              .exit_code == 0);

    const int asked = farm.records.asked;
    REQUIRE(farm.publish(farm.order(2, {rpm})) == "");
    CHECK(farm.records.asked == asked);  // the envelope of compose 1 is that of compose 2
    CHECK(os::read_file(farm.stream() / kSbomName).find(package.signed_digest->hex) !=
          std::string::npos);
}

TEST_CASE("an unsigned release says so in everything that it publishes") {
    SigningFarm farm;
    farm.signer.kill();  // nobody asks it
    farm.config.releases["f45"].signing = Signing::none;
    const auto rpm = make_package(farm.root(), "hello", "1.0");
    core::RunCompose order = farm.order(1, {rpm});
    order.compose.signing = Signing::none;
    REQUIRE(farm.publish(order) == "");
    CHECK(read_manifest(farm.release() / "composes/1").signing == SigningNote{});
    CHECK(os::read_file(farm.stream() / "COMPOSE.json").find(R"("signing":{"mode":"none")") !=
          std::string::npos);
    CHECK(os::sha256_of_file(published_rpm(farm, rpm.filename())) == os::sha256_of_file(rpm));
    CHECK_FALSE(std::filesystem::exists(farm.stream() / "x86_64/os/repodata/repomd.xml.asc"));
    const std::string config = os::read_file(farm.release() / client_config_name("f45", "testing"));
    CHECK(config.find("gpgcheck=0") != std::string::npos);
    CHECK(config.find("NOT SIGNED") != std::string::npos);
    const auto note = find_provenance(farm.store, BuildId{17});
    REQUIRE(note);
    CHECK(os::read_file(farm.store.path_of(note->envelope)).find(R"("signatures":[])") !=
          std::string::npos);
}
