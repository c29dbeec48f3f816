#include "scheduler/publish/published_signatures.hpp"

#include <utility>

#include "common/os/files.hpp"
#include "scheduler/publish/client_config.hpp"
#include "scheduler/publish/compose_sums.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProblemsMax = 500;

}  // namespace

void PublishedSignatures::add(const fs::path& file, std::string what) {
    if (problems_.size() < kProblemsMax) problems_.push_back({file.string(), std::move(what)});
}

/// Null if they cannot be had, which is a problem, told once.
const SignatureCheck* PublishedSignatures::keys_of(const std::string& release) {
    const auto [found, fresh] = keys_.try_emplace(release);
    if (fresh) {
        const fs::path served = root_ / release / packages_key_name(release);
        try {
            if (!read_keys_) throw PublishError("There is no signer to ask for its keys.");
            const std::string keys = read_keys_(release);
            found->second.emplace(keys);
            if (!fs::exists(served)) {
                add(served,
                    "It is missing: clients cannot import the key. The next compose "
                    "writes it.");
            } else if (os::read_file(served) != keys) {
                add(served,
                    "It has other keys than the signer: if the signer has a new one, the "
                    "next compose writes them; else somebody has changed the file.");
            }
        } catch (const PublishError& e) {
            add(served,
                std::string("The signatures of ") + release + " were not checked: " + e.what());
        }
    }
    return found->second ? &*found->second : nullptr;
}

void PublishedSignatures::check(const fs::path& tree, const Manifest& manifest, Signing signing) {
    check_sums(tree, manifest);
    if (manifest.signing.mode != signing) {
        add(tree / kManifestName, "It says that the compose is signed by '" +
                                      name_of(manifest.signing.mode) +
                                      "', and the database says '" + name_of(signing) + "'.");
    }
    if (signing == Signing::none) return;
    if (const SignatureCheck* keys = keys_of(manifest.release)) check_signed(tree, manifest, *keys);
}

void PublishedSignatures::check_sums(const fs::path& tree, const Manifest& manifest) {
    const fs::path file = tree / kSumsName;
    if (!fs::exists(file)) {
        add(file, "It is missing: an older Terrace made this compose, or somebody removed it.");
        return;
    }
    const ComposeSums sums = read_sums(tree);
    for (const std::string& name : summed_files(manifest.repos)) {
        const auto wanted = sums.find(name);
        if (wanted == sums.end()) {
            add(file, "It does not have " + name + ".");
        } else if (!fs::exists(tree / name)) {
            add(tree / name, "It is missing.");
        } else if (os::sha256_of_file(tree / name) != wanted->second) {
            add(tree / name, std::string("Its digest is not the one in ") + kSumsName + ".");
        }
    }
}

void PublishedSignatures::check_signed(const fs::path& tree,
                                       const Manifest& manifest,
                                       const SignatureCheck& keys) {
    const auto check_file = [&](const fs::path& file) {
        if (!fs::exists(file)) return;  // told already
        ++count_;
        std::string why = keys.why_not_file(file, file.string() + ".asc");
        if (!why.empty()) add(file, std::move(why));
    };
    check_file(tree / kSumsName);
    for (const std::string& repo : manifest.repos)
        check_file(tree / repo / "repodata" / "repomd.xml");
    for (const ManifestPackage& package : manifest.packages) {
        const fs::path file = tree / package.repo / package_location(package.filename);
        if (good_.contains(package.published()) || !fs::exists(file)) continue;
        ++count_;
        std::string why = keys.why_not_rpm(file);
        if (why.empty()) {
            good_.insert(package.published());
        } else {
            add(file, std::move(why));
        }
    }
}

}  // namespace terrace::publish
