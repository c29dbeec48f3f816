#include "scheduler/publish/fsck.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <set>

#include "common/os/files.hpp"
#include "common/solv/pool.hpp"
#include "common/solv/repomd.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/incoming_directory.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/repo_writer.hpp"

namespace terrace::publish {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProblemsMax = 500;
constexpr std::array kTypes = {"primary", "filelists", "other"};
constexpr std::array kExtraTypes = {"group", "updateinfo"};  // a release need not have them

using Problems = std::vector<wire::RepoProblem>;

void add(Problems& problems, const fs::path& path, std::string what) {
    if (problems.size() < kProblemsMax) problems.push_back({path.string(), std::move(what)});
}

std::string wrong_digest(const Digest& found, const Digest& wanted) {
    return "Its digest is " + found.hex + ", not " + wanted.hex + ".";
}

/// Whether the file is there and has that digest; what is wrong goes to `problems`.
bool check_file(const fs::path& file, const Digest& wanted, Problems& problems) {
    if (!fs::exists(file)) {
        add(problems, file, "It is missing.");
        return false;
    }
    const Digest found = os::sha256_of_file(file);
    if (found == wanted) return true;
    add(problems, file, wrong_digest(found, wanted));
    return false;
}

/// Checks the metadata files that a repository's repomd.xml names. @return the three that each has
std::map<std::string, solv::RepomdEntry> metadata_of(const fs::path& repo, Problems& problems) {
    std::map<std::string, solv::RepomdEntry> entries;
    for (const char* type : kTypes) {
        const auto entry = solv::find_in_repomd(repo / "repodata" / "repomd.xml", type);
        if (!entry) {
            add(problems, repo / "repodata" / "repomd.xml", entry.error().message);
        } else if (check_file(repo / entry->location, entry->digest, problems)) {
            entries.emplace(type, *entry);
        }
    }
    for (const char* type : kExtraTypes) {
        const auto entry = solv::find_in_repomd(repo / "repodata" / "repomd.xml", type);
        if (entry) check_file(repo / entry->location, entry->digest, problems);
    }
    return entries;
}

class Fsck {
public:
    Fsck(const ObjectStore& store,
         const fs::path& root,
         const Steps& steps,
         const ReadReleaseKeys& read_keys)
        : store_(store),
          root_(root),
          steps_(steps),
          signatures_(root_, read_keys, report_.problems) {}

    void objects() {
        for (const Digest& digest : store_.digests()) {
            steps_.next("check an object");
            const fs::path file = store_.path_of(digest);
            std::error_code gone;
            const std::uintmax_t size = fs::file_size(file, gone);
            if (gone) continue;
            ++report_.objects;
            report_.bytes += static_cast<std::int64_t>(size);
            const Digest found = os::sha256_of_file(file);
            if (found == digest) continue;
            damaged_.insert(digest);
            add(report_.problems, file,
                wrong_digest(found, digest) +
                    " Remove it and upload the same bytes again where there are some; else build "
                    "it again.");
        }
    }

    void compose(const core::Compose& compose) {
        const fs::path tree = compose_path(root_ / compose.release, compose.id);
        ++report_.composes;
        try {
            const Manifest manifest = read_manifest(tree);
            if (manifest.id != compose.id || manifest.release != compose.release)
                add(report_.problems, tree / kManifestName, "It is of another compose.");
            std::set<Digest> envelopes;
            for (const ManifestPackage& package : manifest.packages) {
                steps_.next("check a package");
                package_file(tree / package.repo / package_location(package.filename),
                             package.published());
                if (package.provenance) envelopes.insert(*package.provenance);
            }
            for (const Digest& envelope : envelopes) {
                if (store_.contains(envelope)) continue;
                add(report_.problems, store_.path_of(envelope),
                    "It is missing, and is the provenance of packages of " + tree.string() + ".");
            }
            for (const std::string& repo : manifest.repos) {
                report_.files += static_cast<std::int64_t>(kTypes.size()) + 1;
                metadata_of(tree / repo, report_.problems);
            }
            steps_.next("check signatures");
            signatures_.check(tree, manifest, compose.signing);
        } catch (const std::system_error& e) {
            add(report_.problems, tree, e.what());
        } catch (const PublishError& e) {
            if (steps_.stop().stop_requested()) throw;
            add(report_.problems, tree, e.what());
        }
    }

    void stream(const core::Stream& row, const core::StreamMove* pending) {
        const fs::path link = root_ / row.release / "streams" / row.name;
        ++report_.streams;
        if (!fs::is_symlink(link)) {
            add(report_.problems, link,
                "There is no such link: the next move of the stream makes it.");
            return;
        }
        ComposeId shown;
        fs::path served_tree;  // one look at the link, since it may move
        try {
            served_tree = fs::canonical(link);
            shown = read_manifest(served_tree).id;
        } catch (const std::exception& e) {
            add(report_.problems, link, e.what());
            return;
        }
        if (shown != row.compose && !(pending && pending->compose == shown)) {
            add(report_.problems, link,
                "It shows compose " + std::to_string(shown.value) + ", and the database says " +
                    std::to_string(row.compose.value) +
                    ": the next move of the stream puts it right.");
            return;
        }
        const fs::path tree = compose_path(root_ / row.release, shown);
        if (!fs::exists(tree)) return;  // said of the compose
        for (const auto& entry : fs::recursive_directory_iterator(tree)) {
            if (!entry.is_regular_file()) continue;
            steps_.next("check a served file");
            ++report_.files;
            const fs::path served = served_tree / entry.path().lexically_relative(tree);
            if (!fs::exists(served)) {
                add(report_.problems, served, "It is missing, and its compose has it.");
            } else if (!fs::equivalent(served, entry.path()) &&
                       os::sha256_of_file(served) != os::sha256_of_file(entry.path())) {
                add(report_.problems, served, "It differs from its compose's.");
            }
        }
    }

    wire::FsckReport report() && {
        report_.signatures = signatures_.count();
        return std::move(report_);
    }

private:
    /// A link to an object that was read already needs no second look.
    void package_file(const fs::path& file, const Digest& digest) {
        ++report_.files;
        const fs::path object = store_.path_of(digest);
        std::error_code missing;
        const bool same = fs::equivalent(file, object, missing) && !missing;
        if (!fs::exists(object))
            add(report_.problems, object, "It is missing, and a compose has it: " + file.string());
        if (same) {
            if (damaged_.contains(digest)) add(report_.problems, file, "Its object is damaged.");
            return;
        }
        check_file(file, digest, report_.problems);
    }

    const ObjectStore& store_;
    const fs::path& root_;
    const Steps& steps_;
    std::set<Digest> damaged_;
    wire::FsckReport report_;
    PublishedSignatures signatures_;  // writes to report_
};

void verify_repo(const fs::path& repo, const Steps& steps, wire::VerifyReport& report) {
    ++report.repos;
    const auto metadata = metadata_of(repo, report.problems);
    const auto primary = metadata.find("primary");
    if (primary == metadata.end()) return;
    solv::Pool pool;
    const Result<void> read = pool.add_primary("repo", repo / primary->second.location);
    if (!read) return add(report.problems, repo / primary->second.location, read.error().message);
    for (const solv::Package package : pool.packages()) {
        steps.next("verify a package");
        const fs::path file = repo / pool.location(package);
        ++report.packages;
        if (!check_file(file, Digest{pool.sha256(package)}, report.problems)) continue;
        const auto size = static_cast<long long>(fs::file_size(file));
        report.bytes += size;
        if (size != pool.file_size(package))
            add(report.problems, file, "The metadata tells another size.");
    }
}

}  // namespace

wire::FsckReport check_all(const ObjectStore& store,
                           const fs::path& published_root,
                           const core::RepoState& state,
                           const Steps& steps,
                           const ReadReleaseKeys& read_keys) {
    Fsck fsck(store, published_root, steps, read_keys);
    // First, while `state` is fresh: streams move.
    for (const core::Stream& stream : state.streams) {
        const auto pending = std::ranges::find_if(state.pending, [&](const core::StreamMove& move) {
            return move.release == stream.release && move.stream == stream.name;
        });
        fsck.stream(stream, pending == state.pending.end() ? nullptr : &*pending);
    }
    fsck.objects();
    for (const core::Compose& compose : state.composes) fsck.compose(compose);
    return std::move(fsck).report();
}

wire::VerifyReport verify_stream(const fs::path& published_root,
                                 const std::string& release,
                                 const std::string& stream,
                                 const core::RepoState& state,
                                 const Steps& steps,
                                 const ReadReleaseKeys& read_keys) {
    const fs::path link = published_root / release / "streams" / stream;
    // One look at the link: what is read belongs together though the stream may move.
    const fs::path tree = fs::canonical(link);
    const Manifest manifest = read_manifest(tree);
    wire::VerifyReport report;
    report.release = release;
    report.stream = stream;
    report.compose = manifest.id.value;
    for (const std::string& repo : manifest.repos) verify_repo(tree / repo, steps, report);
    steps.next("check signatures");
    const auto known = std::ranges::find(state.composes, manifest.id, &core::Compose::id);
    PublishedSignatures signatures(published_root, read_keys, report.problems);
    signatures.check(tree, manifest,
                     known == state.composes.end() ? manifest.signing.mode : known->signing);
    report.signatures = signatures.count();
    return report;
}

}  // namespace terrace::publish
