#include "scheduler/publish/manifest.hpp"

#include <algorithm>
#include <tuple>

#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/repo_writer.hpp"

namespace terrace::publish {
namespace {

template <class Key>
std::optional<Digest> find_in(const std::map<Key, Digest>& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
}

std::string text_without_signatures(Manifest manifest) {
    manifest.signing = {};
    for (ManifestPackage& package : manifest.packages) {
        package.signed_digest.reset();
        package.provenance.reset();
    }
    return text_of(manifest);
}

}  // namespace

Manifest manifest_of(const core::RunCompose& order, const SignedPackages& attached) {
    Manifest manifest{.id = order.compose.id,
                      .release = order.compose.release,
                      .rebuild = order.compose.rebuild,
                      .stream = order.compose.stream,
                      .base = order.compose.base,
                      .created_at = order.compose.created_at,
                      .signing = attached.note,
                      .repos = order.repos,
                      .packages = {}};
    for (const core::ComposePackage& package : order.packages) {
        manifest.packages.push_back({package, find_in(attached.signed_digests, package.digest),
                                     find_in(attached.provenance, package.build)});
    }
    std::ranges::sort(manifest.packages, {}, [](const core::ComposePackage& package) {
        return std::tie(package.repo, package.filename);
    });
    return manifest;
}

std::string text_of(const Manifest& manifest) {
    return wire::to_text(manifest) + "\n";
}

std::set<Digest> objects_of(const Manifest& manifest) {
    std::set<Digest> objects;
    for (const ManifestPackage& package : manifest.packages) {
        objects.insert({package.digest, package.published()});
        if (package.provenance) objects.insert(*package.provenance);
    }
    return objects;
}

bool is_same_compose(const Manifest& a, const Manifest& b) {
    return a.signing.mode == b.signing.mode &&
           text_without_signatures(a) == text_without_signatures(b);
}

Manifest read_manifest(const std::filesystem::path& compose) {
    const std::filesystem::path file = compose / kManifestName;
    Result<Manifest> manifest = wire::from_text<Manifest>(os::read_file(file, kManifestBytesMax));
    if (!manifest) {
        throw PublishError("Cannot read " + file.string() + ": " + manifest.error().message);
    }
    return std::move(*manifest);
}

}  // namespace terrace::publish
