#include "cli/provenance_check.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/os/base64.hpp"
#include "common/os/ed25519.hpp"
#include "common/os/files.hpp"
#include "common/wire/json.hpp"

using namespace terrace;
using cli::check_subjects;
using cli::verified_statement;

namespace {

const std::string kStatement = R"({"subject":[{"name":"a.rpm","digest":{"sha256":")" +
                               os::sha256_of_text("the file").hex + R"("}}]})";

wire::BuildProvenance signed_by(const os::Ed25519Key& key) {
    wire::BuildProvenance provenance;
    provenance.release = "f45";
    provenance.envelope.payload = os::to_base64(kStatement);
    provenance.envelope.payloadType = wire::kInTotoPayloadType;
    provenance.envelope.signatures = {
        {key.public_key().id(), os::to_base64(key.sign(wire::dsse_pre_authentication(
                                    wire::kInTotoPayloadType, kStatement)))}};
    provenance.digest = os::sha256_of_text(wire::to_text(provenance.envelope));
    return provenance;
}

/// The bytes of the DSSE specification's own example.
const std::string kExample = "DSSEv1 29 http://example.com/HelloWorld 11 hello world";

}  // namespace

TEST_CASE("what is signed of an envelope is as its specification has it") {
    CHECK(wire::dsse_pre_authentication("http://example.com/HelloWorld", "hello world") ==
          kExample);
}

TEST_CASE("an envelope that the key signed gives its statement") {
    const os::Ed25519Key key = os::Ed25519Key::generate();
    const auto statement = verified_statement(signed_by(key), key.public_key().pem());
    REQUIRE(statement.has_value());
    CHECK(*statement == kStatement);
}

TEST_CASE("any change of an envelope is found") {
    const os::Ed25519Key key = os::Ed25519Key::generate();
    const std::string pem = key.public_key().pem();
    const auto refusal = [&](auto change) {
        wire::BuildProvenance provenance = signed_by(key);
        change(provenance);
        const auto statement = verified_statement(provenance, pem);
        return statement ? "" : statement.error().message;
    };
    CHECK(refusal([](auto& p) {
              p.envelope.payload = os::to_base64("{}");
          }).starts_with("The signature does not fit"));
    CHECK(refusal([](auto& p) { p.envelope.payload[7] = '!'; }).find("no base64") !=
          std::string::npos);
    CHECK(refusal([](auto& p) {
              p.envelope.payloadType = "text/plain";
          }).find("no in-toto statement") != std::string::npos);
    CHECK(refusal([](auto& p) {
              p.envelope.signatures[0].sig = os::to_base64("none");
          }).starts_with("The signature does not fit"));
    CHECK(refusal([](auto& p) { p.envelope.signatures.clear(); }).find("not signed") !=
          std::string::npos);
    CHECK(refusal([](auto& p) {
              p.envelope.signatures[0].keyid = "other";
          }).find("not the one that was stored") != std::string::npos);
    const std::string other = os::Ed25519Key::generate().public_key().pem();
    CHECK_FALSE(verified_statement(signed_by(key), other).has_value());
    CHECK_FALSE(verified_statement(signed_by(key), "no key").has_value());
}

TEST_CASE("a file is one of the subjects by its bytes, whatever its name") {
    const os::TemporaryDirectory directory;
    os::write_file_atomically(directory.path() / "good", "the file");
    os::write_file_atomically(directory.path() / "a.rpm", "another file");
    CHECK(check_subjects(kStatement, {directory.path() / "good"}).has_value());
    const auto result =
        check_subjects(kStatement, {directory.path() / "good", directory.path() / "a.rpm"});
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().message.find("a.rpm") != std::string::npos);
}
