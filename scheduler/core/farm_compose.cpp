// From a rebuild whose every build and comparison is decided to a stream that points to its
// compose.
#include <algorithm>

#include "common/vocab/check.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/retry.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

constexpr int kComposeFailuresMax = 3;

}  // namespace

void Farm::settle_rebuild(RebuildId id, TimePoint now, Decision& decision) {
    Rebuild rebuild = state_.rebuilds.at(id);
    if (rebuild.state != RebuildState::running || open_[id] > 0) return;
    const bool anything = std::ranges::any_of(builds_of_[id], [&](BuildId build) {
        return state_.builds.at(build).state == BuildState::succeeded;
    });
    rebuild.state = anything ? RebuildState::composing : RebuildState::finished;
    if (!anything) rebuild.finished_at = now;
    record(decision, std::move(rebuild));
    start_composes(now, decision);
}

/// A stream's composes come one after the other, since each starts from the one before.
void Farm::start_composes(TimePoint now, Decision& decision) {
    std::set<std::pair<std::string, std::string>> busy;
    std::set<RebuildId> composed;
    for (const auto& [id, compose] : state_.composes) {
        composed.insert(compose.rebuild);
        if (compose.state == ComposeState::pending) busy.insert({compose.release, compose.stream});
    }
    std::vector<RebuildId> due;
    for (const auto& [id, rebuild] : state_.rebuilds) {
        if (rebuild.state != RebuildState::composing || composed.contains(id)) continue;
        if (busy.insert({rebuild.release, rebuild.stream}).second) due.push_back(id);
    }
    for (const RebuildId id : due) {
        const Rebuild& rebuild = state_.rebuilds.at(id);
        Compose compose;
        compose.id = {state_.composes.empty() ? 1 : state_.composes.rbegin()->first.value + 1};
        compose.release = rebuild.release;
        compose.rebuild = id;
        compose.stream = rebuild.stream;
        compose.signing = release_of(id).signing;
        compose.created_at = now;
        std::vector<ComposePackage> base;
        if (const auto stream = state_.streams.find({rebuild.release, rebuild.stream});
            stream != state_.streams.end()) {
            compose.base = stream->second.compose;
            const auto shown = state_.compose_packages.find(*compose.base);
            if (shown != state_.compose_packages.end()) {
                for (const auto& [key, row] : shown->second) base.push_back(row);
            }
        }
        std::vector<ComposePackage> plan = plan_compose(release_of(id), base, outcomes_of(id));
        compose.error = why_unpublishable(plan);
        if (!compose.error.empty()) {
            fail_compose(std::move(compose), now, decision);
            continue;
        }
        record(decision, compose);
        for (ComposePackage& row : plan) {
            row.compose = compose.id;
            record(decision, std::move(row));
        }
    }
}

void Farm::fail_compose(Compose compose, TimePoint now, Decision& decision) {
    Rebuild rebuild = state_.rebuilds.at(compose.rebuild);
    compose.state = ComposeState::failed;
    compose.finished_at = now;
    rebuild.state = RebuildState::failed;
    rebuild.finished_at = now;
    record(decision, std::move(compose));
    record(decision, std::move(rebuild));
}

/// The sources whose baseline was built, with the variants that passed the gate.
std::vector<SourceOutcome> Farm::outcomes_of(RebuildId rebuild) const {
    std::map<SourcePackageId, SourceOutcome> outcomes;
    const std::string& baseline = release_of(rebuild).baseline().name;
    for (const BuildId id : builds_of_.at(rebuild)) {
        const Build& build = state_.builds.at(id);
        if (build.variant != baseline || build.state != BuildState::succeeded) continue;
        SourceOutcome& outcome = outcomes[build.source_package];
        outcome.source = state_.source_packages.at(build.source_package).name;
        outcome.baseline = {origin_of(build).id, rpms_of(build)};
    }
    const auto comparisons = comparisons_of_.find(rebuild);
    if (comparisons != comparisons_of_.end()) {
        for (const ComparisonId id : comparisons->second) {
            const Comparison& comparison = state_.comparisons.at(id);
            if (!comparison.promoted) continue;
            const Build& build = state_.builds.at(comparison.variant_build);
            outcomes.at(comparison.source_package).promoted[comparison.variant] = {
                origin_of(build).id, rpms_of(build)};
        }
    }
    std::vector<SourceOutcome> list;
    for (auto& [id, outcome] : outcomes) list.push_back(std::move(outcome));
    return list;
}

Decision Farm::on(const ComposeEnded& e, TimePoint now) {
    Decision decision;
    const auto found = state_.composes.find(e.compose);
    if (found == state_.composes.end() || found->second.state != ComposeState::pending) {
        return decision;  // told twice, or about a compose of an earlier life
    }
    Compose compose = found->second;
    if (!e.error.empty()) {
        sim_mark("compose failed");
        compose.error = e.error;
        ++compose.failures;
        if (compose.failures < kComposeFailuresMax) {
            compose.not_before = now + retry_delay(config_->retry, compose.failures);
            record(decision, std::move(compose));
            return decision;
        }
        fail_compose(std::move(compose), now, decision);
    } else {
        Rebuild rebuild = state_.rebuilds.at(compose.rebuild);
        compose.state = ComposeState::finished;
        compose.error.clear();
        compose.finished_at = now;
        rebuild.state = RebuildState::finished;
        rebuild.finished_at = now;
        const Stream stream{compose.release, compose.stream, compose.id};
        record(decision, std::move(compose));
        record(decision, stream);
        record(decision, std::move(rebuild));
    }
    start_composes(now, decision);
    return decision;
}

}  // namespace terrace::core
