// Where and when what is ready goes: what it needs, how long it will take, how much waits for it.
#include <algorithm>

#include "scheduler/core/farm.hpp"

namespace terrace::core {
namespace {

/// Ranks of packages that are marked expensive, in seconds above all real ones.
constexpr double kExpensive = 1e9;
/// How often the critical rank of the rebuilds is found anew.
constexpr Duration kCriticalEvery = std::chrono::minutes(1);
/// A rebuild is looked at again when no more than this part of it is left.
constexpr double kCriticalShrinks = 0.95;
/// A chain of work of more than this part of what the whole fleet still has to do is critical.
constexpr double kCriticalPart = 0.5;

std::pair<std::string, std::string> source_key(const Rebuild& rebuild,
                                               const SourcePackage& source) {
    return {rebuild.release, source.name};
}

}  // namespace

Estimate Farm::estimate_for(const std::string& release, const std::string& source) const {
    const auto found = state_.build_history.find({release, source});
    return estimate_of(found == state_.build_history.end() ? nullptr : &found->second,
                       config_->placement.unknown);
}

Placement Farm::placement_of(const Build& build) const {
    return placement_of(state_.rebuilds.at(build.rebuild),
                        state_.source_packages.at(build.source_package), build);
}

Placement Farm::placement_of(const Rebuild& rebuild,
                             const SourcePackage& source,
                             const Build& build) const {
    const ReleaseSpec& release = config_->releases.at(rebuild.release);
    const PackageRule& rule = release.rule(source.name);
    const Estimate estimate = estimate_for(release.name, source.name);
    Placement placement;
    placement.run_level = release.variant(build.variant)->run_level;
    placement.needs.cores = rule.cores.value_or(1);
    // Classes only for what nobody said exactly.
    const Resources classes = size_class_of({1, estimate.memory_bytes, estimate.disk_bytes});
    placement.needs.memory_bytes =
        std::max(rule.memory_bytes.value_or(classes.memory_bytes), build.memory_bytes_min);
    placement.needs.disk_bytes = rule.disk_bytes.value_or(classes.disk_bytes);
    const auto history = state_.build_history.find({release.name, source.name});
    const bool any = history != state_.build_history.end();
    const auto certainty = [](bool exact, bool measured) {
        return exact ? Certainty::exact : measured ? Certainty::learned : Certainty::guessed;
    };
    placement.memory_certainty = certainty(rule.memory_bytes || build.memory_bytes_min > 0,
                                           any && !history->second.memory_peak_bytes.empty());
    placement.disk_certainty =
        certainty(rule.disk_bytes.has_value(), any && !history->second.disk_bytes.empty());
    placement.features = rule.requires_features;
    std::ranges::sort(placement.features);
    placement.excluded_cpus = build.excluded_cpus;
    return placement;
}

Placement Farm::placement_of(const Comparison& comparison) const {
    Placement placement = placement_of(state_.builds.at(comparison.variant_build));
    placement.needs = {1, 0, 0};  // the whole host is its own
    placement.vendor = comparison.vendor;
    // Whether it runs on that vendor's CPUs is what the policy wants to know: it must not wait for
    // ever since a build has faulted on all there are.
    if (!placement.vendor.empty()) placement.excluded_cpus.clear();
    return placement;
}

double Farm::rank_of(const Build& build) const {
    const SourcePackage& source = state_.source_packages.at(build.source_package);
    const ReleaseSpec& release = release_of(build.rebuild);
    const double boost = release.rule(source.name).expensive ? kExpensive : 0;
    if (const auto order = orders_.find(build.rebuild); order != orders_.end()) {
        const auto node = order->second.graph().node_of(source.id);
        return boost + order->second.ranks().rank(*node);
    }
    return boost + estimate_for(release.name, source.name).seconds;
}

void Farm::put_ready(const Build& build) {
    const auto key = source_key(state_.rebuilds.at(build.rebuild),
                                state_.source_packages.at(build.source_package));
    if (build.state != BuildState::ready) {
        ready_.remove(build.id);
        if (ready_.take_refused_for_others()) ++work_news_;
        if (const auto ready = ready_of_source_.find(key); ready != ready_of_source_.end()) {
            ready->second.erase(build.id);
            if (ready->second.empty()) ready_of_source_.erase(ready);
        }
        return;
    }
    ++work_news_;
    ready_of_source_[key].insert(build.id);
    ready_.put({.what = build.id,
                .rebuild = build.rebuild,
                .priority = state_.rebuilds.at(build.rebuild).priority,
                .placement = placement_of(build),
                .rank = rank_of(build),
                .ready_at = build.ready_at.value_or(TimePoint{}),
                .not_before = build.not_before,
                .avoid = build.avoid});
}

/// What a successful build took is what the next one is expected to take, at any level.
void Farm::learn(const Build& build, const AttemptReport& report, Decision& decision) {
    const SourcePackage& source = state_.source_packages.at(build.source_package);
    const std::string& release = state_.rebuilds.at(build.rebuild).release;
    BuildHistory history{release, source.name, {}, {}, {}};
    const auto known = state_.build_history.find({release, source.name});
    if (known != state_.build_history.end()) history = known->second;
    record(decision, remember(std::move(history), report.wall_ms, report.memory_peak_bytes,
                              report.disk_bytes));
    rank_anew(release, source);
}

/// Every rebuild of the package set orders by the new estimate: in ordered mode the source's node
/// and what leads to it, and whatever is ready of it.
void Farm::rank_anew(const std::string& release, const SourcePackage& source) {
    const double seconds = estimate_for(release, source.name).seconds;
    for (auto& [rebuild, order] : orders_) {
        const auto node = order.graph().node_of(source.id);
        if (!node || !order.takes_part(*node)) continue;
        for (const std::uint32_t moved : order.ranks().update(*node, seconds)) {
            for (const BuildId id : order.builds(moved)) {
                if (ready_.item(id)) ready_.rerank(id, rank_of(state_.builds.at(id)));
            }
        }
    }
    const auto ready = ready_of_source_.find({release, source.name});
    if (ready == ready_of_source_.end()) return;
    const std::vector<BuildId> builds(ready->second.begin(), ready->second.end());
    for (const BuildId id : builds)
        put_ready(state_.builds.at(id));  // its size may have changed, too
}

/// How long the whole fleet would be busy with what each rebuild still has to do.
void Farm::find_critical(TimePoint now) {
    if (now < critical_at_ + kCriticalEvery) return;
    critical_at_ = now;
    const int slots = std::max(1, fleet_.slots_from(Level::x86_64));
    for (const auto& [id, rebuild] : state_.rebuilds) {
        if (rebuild.state != RebuildState::running) continue;
        // What is left shrinks slowly: a walk over all builds is worth it now and then only.
        int& seen = critical_open_[id];
        if (seen > 0 && open_[id] > kCriticalShrinks * seen) continue;
        seen = std::max(1, open_[id]);
        double seconds = 0;
        for (const BuildId build_id : builds_of_[id]) {
            const Build& build = state_.builds.at(build_id);
            if (is_final(build.state)) continue;
            const auto& source = state_.source_packages.at(build.source_package);
            seconds += estimate_for(rebuild.release, source.name).seconds;
        }
        ready_.set_critical(id, kCriticalPart * seconds / slots);
    }
}

}  // namespace terrace::core
