#include "cli/provenance_check.hpp"

#include <boost/json.hpp>
#include <set>

#include "common/os/base64.hpp"
#include "common/os/ed25519.hpp"
#include "common/os/files.hpp"
#include "common/wire/json.hpp"

namespace terrace::cli {
namespace {

Error conflict(std::string what) {
    return {Errc::conflict, std::move(what)};
}

bool is_signed_by(const wire::DsseEnvelope& envelope,
                  const std::string& statement,
                  const os::Ed25519PublicKey& key) {
    const std::string bytes = wire::dsse_pre_authentication(envelope.payloadType, statement);
    for (const wire::DsseSignature& signature : envelope.signatures) {
        const auto raw = os::from_base64(signature.sig);
        if (raw && key.verify(bytes, *raw)) return true;
    }
    return false;
}

struct SubjectRow {
    std::string name;
    std::map<std::string, std::string> digest;
};
BOOST_DESCRIBE_STRUCT(SubjectRow, (), (name, digest))
struct StatementRow {
    std::vector<SubjectRow> subject;
};
BOOST_DESCRIBE_STRUCT(StatementRow, (), (subject))

}  // namespace

Result<std::string> verified_statement(const wire::BuildProvenance& provenance,
                                       const std::string& public_key) {
    const wire::DsseEnvelope& envelope = provenance.envelope;
    if (envelope.signatures.empty()) {
        return conflict("The provenance is not signed: release " + provenance.release +
                        " says `signing: none`.");
    }
    const auto key = os::Ed25519PublicKey::from_pem(public_key);
    if (!key) return key.error();
    if (envelope.payloadType != wire::kInTotoPayloadType)
        return conflict("The envelope holds no in-toto statement, but " + envelope.payloadType +
                        ".");
    const auto statement = os::from_base64(envelope.payload);
    if (!statement) return conflict("The envelope's payload is no base64: it was changed.");
    if (!is_signed_by(envelope, *statement, *key)) {
        return conflict(
            "The signature does not fit: the envelope was changed, or another key than " +
            key->id() + " signed it.");
    }
    if (sha256_of_text(wire::to_text(envelope)) != provenance.digest)
        return conflict("The envelope is not the one that was stored.");
    return *statement;
}

Result<void> check_subjects(const std::string& statement,
                            const std::vector<std::filesystem::path>& files) {
    const auto row = wire::from_text<StatementRow>(statement);
    if (!row) return row.error();
    std::set<std::string> digests;
    for (const SubjectRow& subject : row->subject) {
        const auto found = subject.digest.find("sha256");
        if (found != subject.digest.end()) digests.insert(found->second);
    }
    for (const std::filesystem::path& file : files) {
        if (!digests.contains(os::sha256_of_file(file).hex))
            return conflict(file.string() + " is no file of this build: its digest is not named.");
    }
    return {};
}

}  // namespace terrace::cli
