// From a rebuild whose every build and comparison is decided to a stream that points to its
// compose.
#include <algorithm>

#include "common/vocab/check.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/retry.hpp"
#include "scheduler/core/sim_mark.hpp"
#include "scheduler/core/stream_history.hpp"

namespace terrace::core {
namespace {

constexpr int kComposeFailuresMax = 3;

}  // namespace

void Farm::settle_rebuild(RebuildId id, TimePoint now, Decision& decision) {
    Rebuild rebuild = state_.rebuilds.at(id);
    if (rebuild.state != RebuildState::running || open_[id] > 0) return;
    close_families(id, now, decision);
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
    if (wants_reload_) return;
    std::set<std::pair<std::string, std::string>> busy;
    std::set<RebuildId> composed;
    for (const auto& [id, compose] : state_.composes) composed.insert(compose.rebuild);
    for (const auto& [id, move] : state_.stream_moves) {
        if (move.state == MoveState::pending) busy.insert({move.release, move.stream});
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
        const PublishedBase base = published_base(rebuild.release, rebuild.stream);
        compose.base = base.compose;
        ReleaseSpec release = release_of(id);
        release.compose.abi_groups = abi_groups_of(id);
        ComposePlan plan = plan_compose(release, base, outcomes_of(id));
        std::set<BuildId> builds;
        for (const ComposePackage& row : plan.packages) builds.insert(row.build);
        ComposeBuilds content{compose.id, {builds.begin(), builds.end()}};
        compose.stalled = std::move(plan.stalled);
        compose.notes = std::move(plan.notes);
        compose.error = std::move(plan.error);
        if (compose.error.empty())
            compose.error = why_other_content(compose.release, compose.stream, content.builds);
        if (!compose.error.empty()) {
            fail_compose(std::move(compose), now, decision);
            continue;
        }
        record(decision, compose);
        for (ComposePackage& row : plan.packages) {
            row.compose = compose.id;
            record(decision, std::move(row));
        }
        record(decision, std::move(content));
        StreamMove move;
        move.release = compose.release;
        move.stream = compose.stream;
        move.compose = compose.id;
        start_move(std::move(move), now, decision);
    }
}

PublishedBase Farm::published_base(const std::string& release, const std::string& name) const {
    PublishedBase base;
    const auto stream = state_.streams.find({release, name});
    if (stream == state_.streams.end()) return base;
    base.compose = stream->second.compose;
    base.stalled = state_.composes.at(*base.compose).stalled;
    const auto shown = state_.compose_packages.find(*base.compose);
    if (shown == state_.compose_packages.end()) return base;
    for (const auto& [key, row] : shown->second) base.packages.push_back(row);
    return base;
}

/// Clients may have come from any compose that the stream has shown.
StreamClients Farm::clients_of(const Compose& compose, const std::string& stream) const {
    const ReleaseSpec& release = config_->releases.at(compose.release);
    StreamClients clients;
    clients.variants = release.variants;
    clients.stalled = compose.stalled;
    clients.earlier = shown_composes(state_, compose.release, stream, release.composes_kept);
    std::ranges::reverse(clients.earlier);  // they come newest first
    std::erase(clients.earlier, compose.id);
    const Rebuild& rebuild = state_.rebuilds.at(compose.rebuild);
    if (release.compose.platform == Platform::seed)
        clients.platform = state_.seeds.at(rebuild.seed).repos;
    return clients;
}

/// A rollback takes those back who are on what the stream shows; whoever is further behind was
/// looked at when the stream came to that compose.
StreamClients Farm::clients_of(const StreamMove& move) const {
    StreamClients clients = clients_of(state_.composes.at(move.compose), move.stream);
    clients.hurt_allowed = move.hurt_allowed;
    clients.back = move.kind == MoveKind::rollback;
    if (clients.back && move.before) clients.earlier = {*move.before};
    return clients;
}

void Farm::fail_compose(Compose compose,
                        TimePoint now,
                        Decision& decision,
                        const std::string& client_check) {
    Rebuild rebuild = state_.rebuilds.at(compose.rebuild);
    compose.state = ComposeState::failed;
    compose.finished_at = now;
    rebuild.state = RebuildState::failed;
    rebuild.finished_at = now;
    const StreamMove* move = pending_move(compose.release, compose.stream);
    if (move && move->compose == compose.id)
        end_move(*move, {compose.error, client_check}, now, decision);
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

RunCompose Farm::order_for(const Compose& compose) const {
    RunCompose run;
    run.compose = compose;
    const auto packages = state_.compose_packages.find(compose.id);
    if (packages != state_.compose_packages.end()) {
        for (const auto& [key, package] : packages->second) run.packages.push_back(package);
    }
    run.repos = compose_repos(config_->releases.at(compose.release));
    run.metadata = config_->releases.at(compose.release).metadata;
    const StreamMove* move = pending_move(compose.release, compose.stream);
    TERRACE_CHECK(move && move->compose == compose.id);
    run.move = move->id;
    run.composes_kept = config_->releases.at(compose.release).composes_kept;
    run.late = late_composes(compose.release, compose.stream, compose.id);
    run.builds = notes_of(compose);
    run.withheld = withheld_from(compose);
    run.clients = clients_of(compose, compose.stream);
    run.priority = state_.rebuilds.at(compose.rebuild).priority;
    return run;
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
        if (e.refused) sim_mark("compose refused");
        if (!e.refused && compose.failures < kComposeFailuresMax) {
            compose.not_before = now + retry_delay(config_->retry, compose.failures);
            record(decision, std::move(compose));
            return decision;
        }
        fail_compose(std::move(compose), now, decision, e.client_check);
    } else {
        Rebuild rebuild = state_.rebuilds.at(compose.rebuild);
        compose.state = ComposeState::finished;
        compose.error.clear();
        compose.finished_at = now;
        rebuild.state = RebuildState::finished;
        rebuild.finished_at = now;
        const StreamMove* move = pending_move(compose.release, compose.stream);
        TERRACE_CHECK(move && move->compose == compose.id);
        record(decision, std::move(compose));
        record(decision, std::move(rebuild));
        end_move(*move, {"", e.client_check}, now, decision);
    }
    start_composes(now, decision);
    return decision;
}

}  // namespace terrace::core
