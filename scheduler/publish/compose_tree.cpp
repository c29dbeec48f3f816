#include "scheduler/publish/compose_tree.hpp"

#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "common/vocab/check.hpp"
#include "scheduler/publish/carry_over.hpp"
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

void check_stop(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw PublishError("The scheduler was stopped before the compose was complete.");
    }
}

/// A directory that is there afterwards only if it was renamed.
class IncomingDirectory {
public:
    explicit IncomingDirectory(std::filesystem::path path) : path_(std::move(path)) {
        std::filesystem::remove_all(path_);  // a crash left it
        std::filesystem::create_directories(path_);
    }
    ~IncomingDirectory() {
        std::error_code ignored;  // the next attempt removes it, too
        std::filesystem::remove_all(path_, ignored);
    }
    IncomingDirectory(const IncomingDirectory&) = delete;
    IncomingDirectory& operator=(const IncomingDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

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
               const std::stop_token& stop) {
    std::filesystem::create_directories(directory / "Packages");
    std::vector<RepoPackage> listed;
    for (const ManifestPackage* package : packages) {
        check_stop(stop);
        if (checked.insert(package->published()).second) check_object(store, *package);
        const std::filesystem::path file = directory / package_location(package->filename);
        std::filesystem::create_directories(file.parent_path());
        link_file(store.path_of(package->published()), file);
        listed.push_back({package->filename, package->published()});
    }
    check_stop(stop);
    write_repo(directory, std::move(listed), time, MetadataCache(store.metadata_directory()));
}

/// The files are synced where they are written; this makes their names last.
void sync_directories(const std::filesystem::path& root) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.is_directory()) os::sync_directory(entry.path());
    }
    os::sync_directory(root);
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
                  const std::stop_token& stop,
                  const Attachments& attachments) {
    const std::filesystem::path target = compose_path(release_directory, order.compose.id);
    const Manifest manifest = manifest_of(order, attachments.signed_packages);
    if (std::filesystem::exists(target)) return check_is_same(target, manifest);
    check_order(store, order);

    std::filesystem::path incoming_path = target;
    incoming_path += ".incoming";
    const IncomingDirectory incoming(incoming_path);
    std::map<std::string, std::vector<const ManifestPackage*>> packages_of;
    for (const ManifestPackage& package : manifest.packages) {
        packages_of[package.repo].push_back(&package);
    }
    const std::optional<Manifest> base = base_of(release_directory, order.compose);
    std::set<Digest> checked = digests_of(base);
    for (const std::string& repo : order.repos) {
        make_repo(store, incoming.path() / repo, packages_of[repo], checked,
                  order.compose.created_at, stop);
        if (attachments.finish_repo) attachments.finish_repo(repo, incoming.path() / repo);
    }
    if (base) carry_over(compose_path(release_directory, base->id), *base, incoming.path());
    os::write_file_atomically(incoming.path() / kManifestName, text_of(manifest));
    os::write_file_atomically(incoming.path() / kSbomName, sbom_of(manifest));
    check_stop(stop);
    sync_directories(incoming.path());
    std::filesystem::rename(incoming.path(), target);
    os::sync_directory(target.parent_path());
}

void move_stream(const std::filesystem::path& release_directory,
                 const std::string& stream,
                 ComposeId compose) {
    const std::filesystem::path directory = release_directory / "streams";
    const std::filesystem::path temporary = directory / ("." + stream + ".incoming");
    std::filesystem::create_directories(directory);
    std::filesystem::remove(temporary);  // a crash left it
    std::filesystem::create_symlink("../composes/" + std::to_string(compose.value), temporary);
    std::filesystem::rename(temporary, directory / stream);
    os::sync_directory(directory);
}

}  // namespace terrace::publish
