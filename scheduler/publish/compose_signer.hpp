#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "scheduler/core/config.hpp"
#include "scheduler/core/event.hpp"
#include "scheduler/publish/build_facts.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/object_store.hpp"
#include "scheduler/publish/signed_objects.hpp"
#include "scheduler/publish/signer_client.hpp"
#include "scheduler/publish/steps.hpp"

namespace terrace::publish {

struct SigningOptions {
    std::filesystem::path socket;  ///< of terrace-signer; empty: no release can be signed
    std::string url;               ///< where PUBLISHED is served, for clients; no slash at its end
};

/// Signs what composes are made of, by terrace-signer, and keeps what is signed. Unsigned releases
/// go through it, too: they get provenance without a signature, and client files that say so. What
/// is signed once is never signed again. All throw PublishError and std::system_error; the stream
/// has not moved then, and the next try goes on where this one ended. Used by one thread at a time
/// but for sign_rpms() and
/// public_keys().
class ComposeSigner {
public:
    /// All must outlive it.
    ComposeSigner(const ObjectStore& store,
                  const core::FarmConfig& farm,
                  BuildRecords& records,
                  SigningOptions options);

    /// Signs the order's RPMs that are not signed yet, in that queue, and nothing else; from any
    /// thread. What a mass rebuild takes hours for is done so before its compose's turn.
    std::map<Digest, Digest> sign_rpms(const core::RunCompose& order,
                                       wire::SignClass queue,
                                       const Steps& steps) const;

    /// All that the compose needs: its packages signed, and a provenance envelope for each build,
    /// but for those builds that `base` has one of already, by the same key and for the same files.
    SignedPackages prepare(const core::RunCompose& order,
                           const std::optional<Manifest>& base,
                           const Steps& steps) const;

    /// Of a repo that has just been written: repomd.xml.asc, and the mirrorlist. Synced.
    void finish_repo(const core::Compose& compose,
                     const std::string& repo,
                     const std::filesystem::path& directory) const;

    /// Of a compose that is all there but for this: SHA256SUMS.asc. Synced.
    void finish_compose(const core::Compose& compose, const std::filesystem::path& directory) const;

    /// Armored, from the signer; from any thread.
    std::string public_keys(const std::string& release) const;

    /// Beside streams/: the public keys, and the .repo file of each of the release's streams.
    void write_client_files(const std::filesystem::path& release_directory,
                            const core::Compose& compose) const;

private:
    SigningNote note_of(const core::Compose& compose) const;
    std::map<BuildId, Digest> provenance(const core::RunCompose& order,
                                         const std::optional<Manifest>& base,
                                         const SignedPackages& packages,
                                         const Steps& steps) const;
    Digest envelope_of(const core::Compose& compose,
                       const SigningNote& note,
                       const std::string& statement) const;
    const core::ReleaseSpec& release_of(const core::Compose& compose) const;

    const ObjectStore& store_;
    const core::FarmConfig& farm_;
    BuildRecords& records_;
    const SigningOptions options_;
    mutable SignerClient client_;  // mutable: a connection is not state that anybody can see
};

}  // namespace terrace::publish
