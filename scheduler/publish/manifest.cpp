#include "scheduler/publish/manifest.hpp"

#include <algorithm>
#include <map>
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

ManifestPackage row_of(const core::ComposePackage& package,
                       const core::BuildNote* note,
                       const SignedPackages& attached) {
    ManifestPackage row;
    static_cast<core::ComposePackage&>(row) = package;
    row.signed_digest = find_in(attached.signed_digests, package.digest);
    row.provenance = find_in(attached.provenance, package.build);
    if (!note) return row;
    row.variant = note->variant;
    row.attempt = note->attempt;
    row.verdict = note->verdict;
    if (!note->carried) row.decision = note->verdict ? Decision::promoted : Decision::built;
    return row;
}

}  // namespace

Manifest manifest_of(const core::RunCompose& order, const SignedPackages& attached) {
    Manifest manifest{.id = order.compose.id,
                      .release = order.compose.release,
                      .rebuild = order.compose.rebuild,
                      .stream = order.compose.stream,
                      .base = order.compose.base,
                      .created_at = order.compose.created_at,
                      .stalled = order.compose.stalled,
                      .notes = order.compose.notes,
                      .signing = attached.note,
                      .repos = order.repos,
                      .packages = {},
                      .withheld = order.withheld};
    std::map<BuildId, const core::BuildNote*> notes;
    for (const core::BuildNote& note : order.builds) notes[note.build] = &note;
    manifest.packages.reserve(order.packages.size());
    for (const core::ComposePackage& package : order.packages) {
        const auto note = notes.find(package.build);
        manifest.packages.push_back(
            row_of(package, note == notes.end() ? nullptr : note->second, attached));
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
    const auto head = [](const Manifest& manifest) {
        return std::tie(manifest.id, manifest.release, manifest.rebuild, manifest.stream,
                        manifest.base, manifest.created_at, manifest.signing.mode, manifest.repos);
    };
    const auto same = [](const core::ComposePackage& one, const core::ComposePackage& other) {
        return one == other;
    };
    return head(a) == head(b) && std::ranges::equal(a.packages, b.packages, same);
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
