#include "scheduler/publish/compose_signer.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "common/os/base64.hpp"
#include "common/os/files.hpp"
#include "common/vocab/sha256.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/client_config.hpp"
#include "scheduler/publish/compose_sums.hpp"
#include "scheduler/publish/metadata_shard.hpp"
#include "scheduler/publish/provenance.hpp"
#include "scheduler/publish/provenance_store.hpp"

namespace terrace::publish {
namespace {

/// Readers may look at any time, and most often it is as it was.
void write_if_changed(const std::filesystem::path& file, const std::string& text) {
    if (std::filesystem::exists(file) && os::read_file(file) == text) return;
    os::write_file_atomically(file, text);
}

/// The files of each build, by name, as they are published; each once, whatever the number of
/// repos.
std::map<BuildId, std::map<std::string, Digest>> files_by_build(const core::RunCompose& order,
                                                                const SignedPackages& signed_ones) {
    std::map<BuildId, std::map<std::string, Digest>> files;
    for (const core::ComposePackage& package : order.packages) {
        const auto found = signed_ones.signed_digests.find(package.digest);
        files[package.build][package.filename] =
            found == signed_ones.signed_digests.end() ? package.digest : found->second;
    }
    return files;
}

/// The envelopes that `base` names for exactly these files.
std::map<BuildId, Digest> kept_envelopes(
    const std::optional<Manifest>& base,
    const SigningNote& note,
    const std::map<BuildId, std::map<std::string, Digest>>& wanted) {
    std::map<BuildId, Digest> kept;
    if (!base || base->signing != note) return kept;
    std::map<BuildId, std::map<std::string, Digest>> had;
    for (const ManifestPackage& package : base->packages) {
        if (!package.provenance) continue;
        had[package.build][package.filename] = package.published();
        kept.emplace(package.build, *package.provenance);
    }
    std::erase_if(kept, [&](const auto& entry) {
        const auto found = wanted.find(entry.first);
        return found == wanted.end() || had.at(entry.first) != found->second;
    });
    return kept;
}

}  // namespace

ComposeSigner::ComposeSigner(const ObjectStore& store,
                             const core::FarmConfig& farm,
                             BuildRecords& records,
                             SigningOptions options)
    : store_(store),
      farm_(farm),
      records_(records),
      options_(std::move(options)),
      client_(options_.socket) {}

const core::ReleaseSpec& ComposeSigner::release_of(const core::Compose& compose) const {
    const auto found = farm_.releases.find(compose.release);
    if (found != farm_.releases.end()) return found->second;
    throw PublishError("There is no release file of " + compose.release + " any more.");
}

SigningNote ComposeSigner::note_of(const core::Compose& compose) const {
    if (compose.signing == Signing::none) return {};
    if (options_.socket.empty()) {
        throw PublishError("The release " + compose.release +
                           " is signed, but scheduler.yaml names no signer: set signer.socket.");
    }
    const wire::ReleaseKeys keys = client_.keys(compose.release);
    return {compose.signing, keys.fingerprint, keys.statement_key};
}

std::map<Digest, Digest> ComposeSigner::sign_rpms(const core::RunCompose& order,
                                                  wire::SignClass queue,
                                                  const Steps& steps) const {
    std::map<Digest, Digest> signed_digests;
    const SigningNote note = note_of(order.compose);
    if (note.mode == Signing::none) return signed_digests;
    SignerClient client(options_.socket);  // its own: another thread's answers do not hold it up
    for (const core::ComposePackage& package : order.packages) {
        if (signed_digests.contains(package.digest)) continue;
        steps.next("sign a package");
        const auto sign = [&](std::string_view header) {
            return client.sign(wire::SignKind::rpm_header, queue, order.compose.release, header);
        };
        signed_digests[package.digest] =
            sign_rpm(store_, note.key, package.digest, package.filename, sign);
    }
    return signed_digests;
}

SignedPackages ComposeSigner::prepare(const core::RunCompose& order,
                                      const std::optional<Manifest>& base,
                                      const Steps& steps) const {
    SignedPackages prepared;
    prepared.note = note_of(order.compose);
    prepared.signed_digests = sign_rpms(order, wire::SignClass::urgent, steps);
    prepared.provenance = provenance(order, base, prepared, steps);
    return prepared;
}

std::map<BuildId, Digest> ComposeSigner::provenance(const core::RunCompose& order,
                                                    const std::optional<Manifest>& base,
                                                    const SignedPackages& packages,
                                                    const Steps& steps) const {
    const core::ReleaseSpec& release = release_of(order.compose);
    const auto files = files_by_build(order, packages);
    std::map<BuildId, Digest> envelopes = kept_envelopes(base, packages.note, files);
    std::map<std::pair<RebuildId, std::string>, std::map<std::string, Digest>> rebuilt;
    for (const auto& [build, its_files] : files) {
        if (envelopes.contains(build)) continue;
        steps.next("write provenance");
        const BuildFacts facts = records_.facts_of(build);
        const std::pair key(facts.rebuild, facts.variant);
        if (facts.mode == "ordered" && !rebuilt.contains(key)) {
            for (const RebuiltRpm& rpm : records_.rebuilt_rpms(facts.rebuild, facts.variant))
                rebuilt[key][nvr_of_file(rpm.filename)] = rpm.digest;
        }
        std::vector<Subject> subjects;
        for (const auto& [filename, digest] : its_files) subjects.push_back({filename, digest});
        const Digest envelope = envelope_of(order.compose, packages.note,
                                            provenance_of(facts, release, subjects, rebuilt[key]));
        note_provenance(store_, {build, facts.identity, order.compose.release, envelope});
        envelopes[build] = envelope;
    }
    return envelopes;
}

Digest ComposeSigner::envelope_of(const core::Compose& compose,
                                  const SigningNote& note,
                                  const std::string& statement) const {
    wire::DsseEnvelope envelope{os::to_base64(statement), wire::kInTotoPayloadType, {}};
    // An Ed25519 signature is a function of key and bytes: equal statements give equal envelopes.
    if (note.mode != Signing::none) {
        const MadeSignature made =
            client_.sign(wire::SignKind::statement, wire::SignClass::urgent, compose.release,
                         wire::dsse_pre_authentication(wire::kInTotoPayloadType, statement));
        envelope.signatures.push_back({made.key, os::to_base64(made.bytes)});
    }
    return put_bytes(store_, wire::to_text(envelope));
}

void ComposeSigner::finish_repo(const core::Compose& compose,
                                const std::string& repo,
                                const std::filesystem::path& directory) const {
    if (compose.signing == Signing::none) return;
    const std::filesystem::path repomd = directory / "repodata" / "repomd.xml";
    const MadeSignature signature = client_.sign(wire::SignKind::metadata, wire::SignClass::urgent,
                                                 compose.release, os::read_file(repomd));
    os::write_file_atomically(directory / "repodata" / "repomd.xml.asc", signature.bytes);
    os::write_file_atomically(directory / kMirrorListName,
                              mirror_list(compose.release, compose.id, repo, options_.url));
}

void ComposeSigner::finish_compose(const core::Compose& compose,
                                   const std::filesystem::path& directory) const {
    if (compose.signing == Signing::none) return;
    const MadeSignature signature =
        client_.sign(wire::SignKind::sums, wire::SignClass::urgent, compose.release,
                     os::read_file(directory / kSumsName));
    os::write_file_atomically(directory / kSumsSignatureName, signature.bytes);
}

std::string ComposeSigner::public_keys(const std::string& release) const {
    if (options_.socket.empty())
        throw PublishError("scheduler.yaml names no signer: set signer.socket.");
    SignerClient client(options_.socket);  // its own: another thread's answers do not hold it up
    return client.keys(release).public_keys;
}

void ComposeSigner::write_client_files(const std::filesystem::path& release_directory,
                                       const core::Compose& compose) const {
    const core::ReleaseSpec& release = release_of(compose);
    std::filesystem::create_directories(release_directory);
    if (release.signing != Signing::none) {
        const wire::ReleaseKeys keys = client_.keys(release.name);
        write_if_changed(release_directory / packages_key_name(release.name), keys.public_keys);
        write_if_changed(release_directory / kProvenanceKeyName, keys.statement_public_key);
    }
    for (const std::string& stream : release.streams) {
        write_if_changed(release_directory / client_config_name(release.name, stream),
                         client_config(release, stream, "", options_.url).value());
    }
}

}  // namespace terrace::publish
