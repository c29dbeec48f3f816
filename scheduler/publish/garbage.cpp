#include "scheduler/publish/garbage.hpp"

#include <sys/stat.h>

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/incoming_directory.hpp"
#include "scheduler/publish/manifest.hpp"
#include "scheduler/publish/provenance_store.hpp"
#include "scheduler/publish/signed_objects.hpp"

namespace terrace::publish {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> directories_in(const fs::path& directory) {
    std::vector<fs::path> found;
    if (!fs::exists(directory)) return found;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.is_directory() && !entry.is_symlink()) found.push_back(entry.path());
    }
    return found;
}

/// nullopt: its name is no number.
std::optional<std::int64_t> number_of(const fs::path& directory) {
    const std::string name = directory.filename();
    std::int64_t number = 0;
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

struct stat status_of(const fs::path& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) os::throw_errno("look at", file);
    return status;
}

class Collector {
public:
    Collector(const ObjectStore& store, const core::GarbagePlan& plan, const Steps& steps)
        : store_(store), plan_(plan), steps_(steps), live_(plan.objects) {
        report_.dry_run = plan.dry_run;
        report_.builds = plan.builds_expired;
    }

    void release(const fs::path& directory) {
        const std::string name = directory.filename();
        for (const fs::path& compose : directories_in(directory / "composes")) {
            const std::optional<std::int64_t> id = number_of(compose);
            if (id && plan_.composes.contains({name, ComposeId{*id}})) {
                keep_objects_of(compose);
                continue;
            }
            if (!id && !IncomingDirectory::is_incoming(compose)) continue;  // not ours
            if (id) report_.composes.push_back({name, *id});
            take_away(compose);
        }
        for (const fs::path& stream : directories_in(directory / "served")) {
            const auto kept = plan_.served.find({name, stream.filename().string()});
            for (const fs::path& tree : directories_in(stream)) {
                const std::optional<std::int64_t> number = number_of(tree);
                if (!number && !IncomingDirectory::is_incoming(tree)) continue;
                const bool stays = number && kept != plan_.served.end() &&
                                   kept->second.contains(StreamMoveId{*number});
                if (stays) continue;
                ++report_.served_trees;
                take_away(tree);
            }
        }
    }

    /// All of its composes stay.
    void unknown_release(const fs::path& directory) {
        for (const fs::path& compose : directories_in(directory / "composes")) {
            if (number_of(compose)) keep_objects_of(compose);
        }
    }

    /// @pre every release was looked at
    void objects() {
        each_provenance(store_,
                        [this](const ProvenanceNote& note) { live_.insert(note.envelope); });
        const SignedObjects signed_objects(store_);
        signed_objects.add_signed_forms(live_);
        for (const Digest& digest : store_.digests()) {
            if (live_.contains(digest)) continue;
            const fs::path file = store_.path_of(digest);
            const struct stat status = status_of(file);
            const auto freed = links_freed_.find(status.st_ino);
            const nlink_t links =
                status.st_nlink - (freed == links_freed_.end() ? 0 : freed->second);
            if (links > 1) continue;  // a tree that stays has it
            steps_.next("remove an object");
            if (!store_.remove_if_older(digest, plan_.objects_before, plan_.dry_run)) continue;
            ++report_.objects;
            report_.bytes += status.st_size;
        }
        if (!plan_.dry_run) signed_objects.forget_gone();
    }

    wire::GarbageReport report() && { return std::move(report_); }

private:
    /// No tree links the envelopes of provenance, nor a package as it was before it was signed.
    void keep_objects_of(const fs::path& compose) {
        steps_.next("look what a compose needs");
        if (fs::exists(compose / kManifestName)) live_.merge(objects_of(read_manifest(compose)));
    }

    /// Renamed first, so that a crash leaves no half of a tree under its name.
    void take_away(const fs::path& tree) {
        if (plan_.dry_run) return count_links(tree);
        fs::path gone = tree;
        if (!IncomingDirectory::is_incoming(tree)) {
            gone += ".incoming";
            steps_.next("take a tree away");
            fs::remove_all(gone);
            fs::rename(tree, gone);
        }
        steps_.next("remove a tree");
        fs::remove_all(gone);
    }

    void count_links(const fs::path& tree) {
        for (const auto& entry : fs::recursive_directory_iterator(tree)) {
            if (entry.is_regular_file()) ++links_freed_[status_of(entry.path()).st_ino];
        }
    }

    const ObjectStore& store_;
    const core::GarbagePlan& plan_;
    const Steps& steps_;
    std::set<Digest> live_;  ///< the objects that stay
    wire::GarbageReport report_;
    std::map<ino_t, nlink_t> links_freed_;  ///< by what a dry run leaves; same file system only
};

}  // namespace

wire::GarbageReport remove_garbage(const ObjectStore& store,
                                   const fs::path& published_root,
                                   const core::GarbagePlan& plan,
                                   const Steps& steps) {
    Collector collector(store, plan, steps);
    for (const fs::path& release : directories_in(published_root)) {
        if (plan.releases.contains(release.filename())) {
            collector.release(release);
        } else {
            collector.unknown_release(release);
        }
    }
    collector.objects();
    return std::move(collector).report();
}

}  // namespace terrace::publish
