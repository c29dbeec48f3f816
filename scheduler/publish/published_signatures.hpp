#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/vocab/signing.hpp"
#include "common/wire/repo_reports.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/signature_check.hpp"

namespace terrace::publish {

/// The armored public keys of a release, from who holds them; what is served might have been
/// replaced together with what it should prove. Throws PublishError if they cannot be had.
using ReadReleaseKeys = std::function<std::string(const std::string& release)>;

/// Finds what of composes is not as it was signed. Each problem names the file and its cause. From
/// one thread.
class PublishedSignatures {
public:
    /// `published_root` and `problems` must outlive it.
    PublishedSignatures(const std::filesystem::path& published_root,
                        ReadReleaseKeys read_keys,
                        std::vector<wire::RepoProblem>& problems)
        : root_(published_root), read_keys_(std::move(read_keys)), problems_(problems) {}

    /// COMPOSE.json, the SBOM and every repomd.xml against SHA256SUMS; and where the compose was
    /// signed, SHA256SUMS, every repomd.xml and all packages against their signatures. `tree` is
    /// the compose or a served one; `signing` is what the database says of it, since a manifest can
    /// be made to say anything. Packages that are damaged, or missing, are for others to tell.
    void check(const std::filesystem::path& tree, const Manifest& manifest, Signing signing);

    std::int64_t count() const { return count_; }  ///< of signatures that were looked at

private:
    const SignatureCheck* keys_of(const std::string& release);
    void check_sums(const std::filesystem::path& tree, const Manifest& manifest);
    void check_signed(const std::filesystem::path& tree,
                      const Manifest& manifest,
                      const SignatureCheck& keys);
    void add(const std::filesystem::path& file, std::string what);

    const std::filesystem::path& root_;
    const ReadReleaseKeys read_keys_;
    std::vector<wire::RepoProblem>& problems_;
    std::map<std::string, std::optional<SignatureCheck>> keys_;  ///< by release
    /// Published packages that are signed well: several composes and repos have the same.
    std::set<Digest> good_;
    std::int64_t count_ = 0;
};

}  // namespace terrace::publish
