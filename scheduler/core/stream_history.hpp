#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

/// What streams have shown, and what of it is still needed.
namespace terrace::core {

/// The composes that a stream has shown, the last shown first, each once; at most `max`. A pending
/// move has shown nothing yet.
std::vector<ComposeId> shown_composes(const Snapshot& state,
                                      const std::string& release,
                                      const std::string& stream,
                                      std::size_t max);

/// Where `rollback` goes unless told: the newest compose that the stream has shown, is still there,
/// and is older than the one that it shows. {}: there is none.
ComposeId rollback_target(const Snapshot& state,
                          const std::string& release,
                          const std::string& stream);

/// The served trees of a stream that somebody may be reading: the one that it shows, one that is
/// being made, and those that it has shown within the last minute, since a request may have looked
/// the link up before it moved.
std::set<StreamMoveId> served_trees(const Snapshot& state,
                                    const std::string& release,
                                    const std::string& stream,
                                    TimePoint now);

/// Every build whose packages the stream has ever shown.
std::set<BuildId> builds_shown(const Snapshot& state,
                               const std::string& release,
                               const std::string& stream);

/// Finds packages that would get other content than a stream has shown under their name. Names of
/// files are compared, since that is what caches and late readers know a package by; an epoch is
/// not part of it. With `encoding: flags` variants share names and no repo, so each is apart.
class ContentCheck {
public:
    /// What a compose would show for the first time.
    void add(const std::string& variant, const RpmFile& rpm) {
        added_[{variant, rpm.filename}] = &rpm.digest;
    }
    /// What the stream has shown already.
    void compare(const std::string& variant, const RpmFile& shown) {
        const auto found = added_.find({variant, shown.filename});
        if (found != added_.end() && *found->second != shown.digest)
            changed_.insert(shown.filename);
    }
    /// Why it cannot be shown, a sentence with what to do; empty if it can.
    std::string refusal(const std::string& stream) const;

private:
    std::map<std::pair<std::string, std::string>, const Digest*> added_;
    std::set<std::string> changed_;
};

/// The composes that must stay: those that are being made or shown, the last of each stream as the
/// release says, those that a seed in use names by .../composes/ID, and all of a release that the
/// configuration does not have.
std::set<ComposeId> kept_composes(const Snapshot& state, const FarmConfig& config);

/// The builds whose packages must stay: those of kept composes and of rebuilds that run, that one
/// which runs goes back to, or that were the last of their release; and those that ended after
/// `since`, which a rebuild may reuse.
std::set<BuildId> kept_builds(const Snapshot& state,
                              const std::set<ComposeId>& composes,
                              TimePoint since);

/// The objects that these builds and the farm's package sets need.
std::set<Digest> needed_objects(const Snapshot& state, const std::set<BuildId>& builds);

}  // namespace terrace::core
