#include "scheduler/publish/compose_tree.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "common/vocab/check.hpp"
#include "scheduler/publish/compose_sums.hpp"
#include "scheduler/publish/incoming_directory.hpp"
#include "scheduler/publish/link_file.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/sbom.hpp"

namespace terrace::publish {
namespace {

/// Names become paths here, and those of packages come from workers.
void check_name(const std::string& name) {
    const bool plain = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
    if (!plain) throw PublishError("'" + name + "' cannot be the name of a published file.");
}

/// Every package goes to a repo of the order, under a name of its own, and its bytes are here.
void check_order(const ObjectStore& store, const core::RunCompose& order) {
    check_name(order.compose.stream);
    const std::set<std::string> repos(order.repos.begin(), order.repos.end());
    std::set<std::pair<std::string, std::string>> seen;
    for (const core::ComposePackage& package : order.packages) {
        TERRACE_CHECK(repos.contains(package.repo));
        check_name(package.filename);
        if (!seen.emplace(package.repo, package.filename).second) {
            throw PublishError("The repo " + package.repo + " would hold two packages named " +
                               package.filename + ".");
        }
        if (!store.contains(package.digest)) {
            throw PublishError("The package " + package.filename + " of " + package.repo +
                               " is missing: there is no object " + package.digest.hex + ".");
        }
    }
}

/// The files that `base` has, which were whole when it was made.
std::set<Digest> digests_of(const std::optional<Manifest>& base) {
    std::set<Digest> digests;
    if (!base) return digests;
    for (const ManifestPackage& package : base->packages) digests.insert(package.published());
    return digests;
}

/// An object was whole when it came; a disk may have damaged it since.
void check_object(const ObjectStore& store, const ManifestPackage& package) {
    const Digest found = os::sha256_of_file(store.path_of(package.published()));
    if (found == package.published()) return;
    throw PublishError("The object of " + package.filename + " is damaged: its digest is " +
                       found.hex + ", not " + package.published().hex + ".");
}

void make_repo(const ObjectStore& store,
               const std::filesystem::path& directory,
               const std::vector<const ManifestPackage*>& packages,
               std::set<Digest>& checked,
               TimePoint time,
               std::span<const ExtraMetadata> extras,
               const Steps& steps) {
    std::filesystem::create_directories(directory / "Packages");
    std::vector<RepoPackage> listed;
    for (const ManifestPackage* package : packages) {
        steps.next("link a package");
        if (checked.insert(package->published()).second) check_object(store, *package);
        const std::filesystem::path file = directory / package_location(package->filename);
        std::filesystem::create_directories(file.parent_path());
        link_file(store.path_of(package->published()), file);
        listed.push_back({package->filename, package->published()});
    }
    steps.next("write metadata");
    write_repo(directory, std::move(listed), time, MetadataCache(store.metadata_directory()),
               extras);
}

void check_is_same(const std::filesystem::path& compose, const Manifest& manifest) {
    if (is_same_compose(read_manifest(compose), manifest)) return;
    // Immutable means that we never mend it. The database was restored or replaced, most likely.
    throw PublishError("There is another compose in " + compose.string() +
                       " already: move it away if it is of a former database.");
}

}  // namespace

std::filesystem::path compose_path(const std::filesystem::path& release_directory,
                                   ComposeId compose) {
    return release_directory / "composes" / std::to_string(compose.value);
}

std::optional<Manifest> base_of(const std::filesystem::path& release_directory,
                                const core::Compose& compose) {
    if (!compose.base) return std::nullopt;
    const std::filesystem::path base = compose_path(release_directory, *compose.base);
    if (!std::filesystem::exists(base)) return std::nullopt;
    return read_manifest(base);
}

void make_compose(const ObjectStore& store,
                  const std::filesystem::path& release_directory,
                  const core::RunCompose& order,
                  const Steps& steps,
                  const Attachments& attachments) {
    const std::filesystem::path target = compose_path(release_directory, order.compose.id);
    const Manifest manifest = manifest_of(order, attachments.signed_packages);
    if (std::filesystem::exists(target)) return check_is_same(target, manifest);
    check_order(store, order);

    IncomingDirectory incoming(target);
    std::map<std::string, std::vector<const ManifestPackage*>> packages_of;
    for (const ManifestPackage& package : manifest.packages) {
        packages_of[package.repo].push_back(&package);
    }
    const std::optional<Manifest> base = base_of(release_directory, order.compose);
    std::set<Digest> checked = digests_of(base);
    const std::vector<ExtraMetadata> extras = read_extra_metadata(order.metadata);
    for (const std::string& repo : order.repos) {
        // Groups and advisories are of what is installed: not of sources and debug packages.
        const bool installable = repo.ends_with("/os");
        make_repo(store, incoming.path() / repo, packages_of[repo], checked,
                  order.compose.created_at,
                  installable ? std::span(extras) : std::span<const ExtraMetadata>(), steps);
        if (!attachments.finish_repo) continue;
        steps.next("sign metadata");
        attachments.finish_repo(repo, incoming.path() / repo);
    }
    steps.next("write the manifest");
    os::write_file_atomically(incoming.path() / kManifestName, text_of(manifest));
    os::write_file_atomically(incoming.path() / kSbomName, sbom_of(manifest));
    os::write_file_atomically(incoming.path() / kSumsName, sums_of(incoming.path(), order.repos));
    if (attachments.finish_compose) {
        steps.next("sign the compose");
        attachments.finish_compose(incoming.path());
    }
    incoming.publish(steps);
}

}  // namespace terrace::publish
