#include "scheduler/core/stream_history.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

namespace terrace::core {
namespace {

constexpr std::size_t kNamesShown = 5;
constexpr std::chrono::minutes kRequestLength{1};

bool is_of(const StreamMove& move, const std::string& release, const std::string& stream) {
    return move.release == release && move.stream == stream;
}

bool is_there(const Snapshot& state, ComposeId id) {
    const auto found = state.composes.find(id);
    return found != state.composes.end() && !found->second.removed_at;
}

void add_builds(const Snapshot& state, ComposeId compose, std::set<BuildId>& builds) {
    const auto found = state.compose_builds.find(compose);
    if (found == state.compose_builds.end()) return;
    builds.insert(found->second.builds.begin(), found->second.builds.end());
}

/// The seeds that builds may still install from: the newest of each release, and those of open
/// rebuilds.
std::set<Digest> seeds_in_use(const Snapshot& state) {
    std::map<std::string, const Seed*> newest;
    for (const auto& [id, seed] : state.seeds) {
        const Seed*& best = newest[seed.release];
        if (!best || best->added_at < seed.added_at) best = &seed;
    }
    std::set<Digest> used;
    for (const auto& [release, seed] : newest) used.insert(seed->id);
    for (const auto& [id, rebuild] : state.rebuilds) {
        if (!is_final(rebuild.state)) used.insert(rebuild.seed);
    }
    return used;
}

/// "file:///srv/published/f45/composes/17/x86_64/os" names compose 17 of f45.
bool names(const std::string& url, const Compose& compose) {
    const std::string place =
        "/" + compose.release + "/composes/" + std::to_string(compose.id.value);
    const std::size_t at = url.find(place);
    if (at == std::string::npos) return false;
    const std::size_t end = at + place.size();
    return end == url.size() || url[end] == '/';
}

void keep_what_seeds_name(const Snapshot& state, std::set<ComposeId>& kept) {
    for (const Digest& id : seeds_in_use(state)) {
        const auto seed = state.seeds.find(id);
        if (seed == state.seeds.end()) continue;
        for (const auto& [compose_id, compose] : state.composes) {
            const bool named = std::ranges::any_of(
                seed->second.repos, [&](const SeedRepo& repo) { return names(repo.url, compose); });
            if (named) kept.insert(compose_id);
        }
    }
}

/// The rebuilds whose outputs builds of open rebuilds may take, and the last finished of each
/// release, which a second pass may follow.
std::set<RebuildId> rebuilds_in_use(const Snapshot& state) {
    std::set<RebuildId> used;
    std::map<std::string, RebuildId> last;
    for (const auto& [id, rebuild] : state.rebuilds) {
        if (rebuild.state == RebuildState::finished) last[rebuild.release] = id;
        if (is_final(rebuild.state)) continue;
        for (std::optional<RebuildId> at = id; at && used.insert(*at).second;) {
            const auto earlier = state.rebuilds.find(*at);
            if (earlier == state.rebuilds.end()) break;
            at = earlier->second.retry_of ? earlier->second.retry_of
                                          : earlier->second.second_pass_of;
        }
    }
    for (const auto& [release, id] : last) used.insert(id);
    return used;
}

}  // namespace

std::vector<ComposeId> shown_composes(const Snapshot& state,
                                      const std::string& release,
                                      const std::string& stream,
                                      std::size_t max) {
    std::vector<ComposeId> shown;
    for (const auto& [id, move] : state.stream_moves | std::views::reverse) {
        if (shown.size() == max) break;
        if (!is_of(move, release, stream) || move.state != MoveState::finished) continue;
        if (std::ranges::find(shown, move.compose) == shown.end()) shown.push_back(move.compose);
    }
    return shown;
}

ComposeId rollback_target(const Snapshot& state,
                          const std::string& release,
                          const std::string& stream) {
    const auto now = state.streams.find({release, stream});
    if (now == state.streams.end()) return {};
    ComposeId target;
    for (const auto& [id, move] : state.stream_moves) {
        const bool fits = is_of(move, release, stream) && move.state == MoveState::finished &&
                          move.compose < now->second.compose && is_there(state, move.compose);
        if (fits) target = std::max(target, move.compose);
    }
    return target;
}

std::set<StreamMoveId> served_trees(const Snapshot& state,
                                    const std::string& release,
                                    const std::string& stream,
                                    TimePoint now) {
    std::set<StreamMoveId> trees;
    std::optional<TimePoint> left_at;  // when the stream moved on from the tree in question
    for (const auto& [id, move] : state.stream_moves | std::views::reverse) {
        if (!is_of(move, release, stream) || move.state == MoveState::failed) continue;
        if (left_at && *left_at + kRequestLength < now) break;
        trees.insert(id);
        if (move.state == MoveState::finished) left_at = move.finished_at;
    }
    return trees;
}

std::set<BuildId> builds_shown(const Snapshot& state,
                               const std::string& release,
                               const std::string& stream) {
    std::set<BuildId> builds;
    for (const auto& [id, move] : state.stream_moves) {
        if (is_of(move, release, stream) && move.state == MoveState::finished)
            add_builds(state, move.compose, builds);
    }
    return builds;
}

std::string ContentCheck::refusal(const std::string& stream) const {
    if (changed_.empty()) return {};
    std::string list;
    for (const std::string& name : changed_ | std::views::take(kNamesShown))
        list += (list.empty() ? "" : ", ") + name;
    if (changed_.size() > kNamesShown)
        list += " and " + std::to_string(changed_.size() - kNamesShown) + " more";
    return "Stream '" + stream + "' has had other content under these names: " + list +
           ". Clients and caches that have a package never look at it again, so build these "
           "packages with another release, such as one that ends with %{?dist}.";
}

std::set<ComposeId> kept_composes(const Snapshot& state, const FarmConfig& config) {
    std::set<ComposeId> kept;
    for (const auto& [id, compose] : state.composes) {
        const bool foreign = !config.releases.contains(compose.release);
        if (compose.state == ComposeState::pending || foreign) kept.insert(id);
    }
    for (const auto& [id, move] : state.stream_moves) {
        if (move.state == MoveState::pending) kept.insert(move.compose);
    }
    for (const auto& [key, stream] : state.streams) {
        const auto release = config.releases.find(key.first);
        if (release == config.releases.end()) continue;
        const auto last =
            shown_composes(state, key.first, key.second, release->second.composes_kept);
        kept.insert(last.begin(), last.end());
        kept.insert(stream.compose);
    }
    keep_what_seeds_name(state, kept);
    std::erase_if(kept, [&](ComposeId id) {
        const auto found = state.composes.find(id);
        return found == state.composes.end() || found->second.removed_at ||
               found->second.state == ComposeState::failed;
    });
    return kept;
}

std::set<BuildId> kept_builds(const Snapshot& state,
                              const std::set<ComposeId>& composes,
                              TimePoint since) {
    std::set<BuildId> kept;
    for (const ComposeId id : composes) add_builds(state, id, kept);
    const std::set<RebuildId> rebuilds = rebuilds_in_use(state);
    for (const auto& [id, build] : state.builds) {
        const bool is_young = !build.finished_at || *build.finished_at > since;
        if (rebuilds.contains(build.rebuild) || is_young)
            kept.insert(build.reused_from.value_or(id));
    }
    std::erase_if(kept, [&](BuildId id) {
        const auto found = state.builds.find(id);
        return found == state.builds.end() || found->second.removed_at.has_value();
    });
    return kept;
}

std::set<Digest> needed_objects(const Snapshot& state, const std::set<BuildId>& builds) {
    std::set<Digest> needed;
    for (const BuildId id : builds) {
        const auto found = state.build_rpms.find(id);
        if (found == state.build_rpms.end()) continue;
        for (const BuildRpm& rpm : found->second) needed.insert(rpm.digest);
    }
    for (const auto& [id, source] : state.source_packages) needed.insert(source.srpm_digest);
    return needed;
}

}  // namespace terrace::core
