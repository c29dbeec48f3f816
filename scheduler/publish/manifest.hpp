#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/vocab/signing.hpp"
#include "scheduler/core/event.hpp"

namespace terrace::publish {

inline constexpr const char* kManifestName = "COMPOSE.json";
inline constexpr std::size_t kManifestBytesMax = std::size_t{1} << 30;

/// With what a compose was signed; with `none` there are no keys.
struct SigningNote {
    Signing mode = Signing::none;
    std::string key;            ///< fingerprint of the OpenPGP key: packages and repomd.xml
    std::string statement_key;  ///< id of the Ed25519 key: provenance
    friend bool operator==(const SigningNote&, const SigningNote&) = default;
};
BOOST_DESCRIBE_STRUCT(SigningNote, (), (mode, key, statement_key))

/// What was made of a compose's packages before they are published.
struct SignedPackages {
    SigningNote note;
    std::map<Digest, Digest> signed_digests;  ///< by the digest of what was built
    std::map<BuildId, Digest> provenance;     ///< objects: the envelopes of their statements
};

/// Why a package is in a compose.
enum class Decision { built, promoted, carried };
BOOST_DESCRIBE_ENUM(Decision, built, promoted, carried)

/// A package, as it was built and as it is published, and the decision that put it there.
struct ManifestPackage : core::ComposePackage {
    std::string variant;  ///< that it was built for; its repo may be another's
    /// `built`: by this rebuild, for the baseline. `promoted`: by this rebuild, for a variant that
    /// passed the gate. `carried`: it was in `base`.
    Decision decision = Decision::carried;
    int attempt = 0;                      ///< of `build`, the one that made it
    std::optional<Verdict> verdict;       ///< of a variant's package that was compared
    std::optional<Digest> signed_digest;  ///< null: it is published as it was built
    std::optional<Digest> provenance;     ///< object: the envelope of its build's statement
    const Digest& published() const { return signed_digest ? *signed_digest : digest; }
    friend bool operator==(const ManifestPackage&, const ManifestPackage&) = default;
};
BOOST_DESCRIBE_STRUCT(ManifestPackage,
                      (core::ComposePackage),
                      (variant, decision, attempt, verdict, signed_digest, provenance))

/// COMPOSE.json: every decision of a compose. Has nothing that differs between two attempts at it
/// but signatures that were lost meanwhile.
struct Manifest {
    ComposeId id;
    std::string release;
    RebuildId rebuild;
    std::string stream;
    std::optional<ComposeId> base;
    TimePoint created_at{};
    std::vector<std::string> stalled;  ///< as core::Compose::stalled
    std::vector<std::string> notes;    ///< as core::Compose::notes
    SigningNote signing;
    std::vector<std::string> repos;
    std::vector<ManifestPackage> packages;  ///< by repo and filename
    std::vector<core::Withheld> withheld;   ///< what its rebuild tried and it does not have
};
BOOST_DESCRIBE_STRUCT(Manifest,
                      (),
                      (id,
                       release,
                       rebuild,
                       stream,
                       base,
                       created_at,
                       stalled,
                       notes,
                       signing,
                       repos,
                       packages,
                       withheld))

Manifest manifest_of(const core::RunCompose& order, const SignedPackages& attached = {});

/// The text of COMPOSE.json.
std::string text_of(const Manifest& manifest);

/// Every object that the compose needs: each package as it was built and as it is published, and
/// the envelopes of provenance.
std::set<Digest> objects_of(const Manifest& manifest);

/// Of the same packages, decided at the same moment, whatever their signatures? An older program
/// may have said less of them.
bool is_same_compose(const Manifest& a, const Manifest& b);

/// Throws std::system_error or PublishError.
Manifest read_manifest(const std::filesystem::path& compose);

}  // namespace terrace::publish
