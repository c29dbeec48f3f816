// Baselines against themselves (A/A): how often is the gate wrong? They are measured when nothing
// else is to be, whatever became of their rebuild meanwhile, and decide nothing: they are in no
// family, in no compose, and no rebuild waits for them.
#include <fmt/format.h>

#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/truth.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

/// Of the comparisons that are to be measured, the release's share. By the same machinery, with the
/// same packages on both sides.
void Farm::add_self_comparison(const Comparison& comparison, Decision& decision) {
    const Rebuild& rebuild = state_.rebuilds.at(comparison.rebuild);
    std::string key =
        fmt::format("{}/{}/{}/{}", rebuild.release, rebuild.id.value,
                    state_.source_packages.at(comparison.source_package).name, comparison.variant);
    if (!comparison.vendor.empty()) key += "/" + comparison.vendor;
    if (!is_in_share(key, release_of(rebuild.id).gate.aa_share)) return;
    sim_mark("baseline against itself");
    Comparison itself;
    itself.id = {state_.comparisons.rbegin()->first.value + 1};
    itself.rebuild = comparison.rebuild;
    itself.source_package = comparison.source_package;
    itself.variant = comparison.variant;
    itself.vendor = comparison.vendor;
    itself.kind = ComparisonKind::aa;
    itself.baseline_build = comparison.baseline_build;
    itself.variant_build = comparison.baseline_build;
    itself.state = ComparisonState::ready;
    record(decision, std::move(itself));
}

/// One that outlives its rebuild may outlive its release's configuration, too.
bool Farm::is_configured(const Comparison& comparison) const {
    const auto release = config_->releases.find(state_.rebuilds.at(comparison.rebuild).release);
    return release != config_->releases.end() &&
           release->second.variant(state_.builds.at(comparison.variant_build).variant) != nullptr;
}

void Farm::index_of_itself(const Comparison& comparison) {
    std::set<ComparisonId>& open = open_of_itself_[comparison.rebuild];
    if (is_final(comparison.state)) {
        open.erase(comparison.id);
    } else {
        open.insert(comparison.id);
    }
    if (!open.empty()) return;
    open_of_itself_.erase(comparison.rebuild);
    forget_if_ended(comparison.rebuild);
}

/// The queue's account of a rebuild is kept as long as anything of it may run.
void Farm::forget_if_ended(RebuildId rebuild) {
    if (is_final(state_.rebuilds.at(rebuild).state) && !open_of_itself_.contains(rebuild))
        ready_.forget(rebuild);
}

void Farm::cancel_those_of_itself(RebuildId rebuild, TimePoint now, Decision& decision) {
    const auto open = open_of_itself_.find(rebuild);
    if (open == open_of_itself_.end()) return;
    for (const ComparisonId id : std::set(open->second))
        cancel(state_.comparisons.at(id), now, decision, "Its rebuild was cancelled.");
}

void Farm::cancel_unconfigured(TimePoint now, Decision& decision) {
    for (const auto& [rebuild, open] : std::map(open_of_itself_)) {
        for (const ComparisonId id : open) {
            const Comparison row = state_.comparisons.at(id);
            if (is_configured(row)) continue;
            cancel(row, now, decision,
                   "Its release, or the release's baseline, is no longer configured.");
        }
    }
}

/// They keep no packages: what nothing else needs any more is removed all the same.
void Farm::cancel_without_packages(TimePoint now, Decision& decision) {
    for (const auto& [rebuild, open] : std::map(open_of_itself_)) {
        for (const ComparisonId id : open) {
            const Comparison row = state_.comparisons.at(id);
            if (!origin_of(state_.builds.at(row.baseline_build)).removed_at) continue;
            cancel(row, now, decision, "No host was free for it before its packages were removed.");
        }
    }
}

}  // namespace terrace::core
