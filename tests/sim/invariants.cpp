#include "tests/sim/invariants.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>

#include "common/vocab/names.hpp"
#include "scheduler/core/compose_rules.hpp"
#include "scheduler/core/host_health.hpp"

namespace terrace::sim {
namespace {

void must(bool holds, const std::string& what) {
    if (!holds) throw std::logic_error("invariant broken: " + what);
}

void check_leases(const core::Snapshot& state) {
    std::map<BuildId, int> of_build;
    std::map<ComparisonId, int> of_comparison;
    std::set<std::pair<WorkerId, int>> slots;
    std::set<std::string> measuring;
    std::map<std::string, int> on_host;
    for (const auto& [attempt, lease] : state.leases) {
        must(state.attempts.contains(attempt), "a lease has a live attempt");
        must(lease.build.has_value() != lease.comparison.has_value(),
             "a lease is of a build or of a comparison");
        must(slots.insert({lease.worker, lease.slot}).second, "a slot runs one attempt");
        const std::string& host = state.workers.at(lease.worker).hello.host;
        ++on_host[host];
        if (lease.build) ++of_build[*lease.build];
        if (lease.comparison) {
            ++of_comparison[*lease.comparison];
            measuring.insert(host);
        }
    }
    must(state.attempts.size() == state.leases.size(), "a live attempt has a lease");
    for (const std::string& host : measuring)
        must(on_host[host] == 1, "a host that measures does nothing else");
    for (const auto& [id, build] : state.builds) {
        must(of_build[id] == (build.state == core::BuildState::leased ? 1 : 0),
             "a leased build has one live lease");
    }
    for (const auto& [id, row] : state.comparisons) {
        must(of_comparison[id] == (row.state == core::ComparisonState::leased ? 1 : 0),
             "a leased comparison has one live lease");
    }
}

void check_levels(const core::Snapshot& state, const core::FarmConfig& config) {
    for (const auto& [attempt, lease] : state.leases) {
        if (lease.comparison) {
            const std::string& vendor = state.comparisons.at(*lease.comparison).vendor;
            must(vendor.empty() || state.workers.at(lease.worker).hello.vendor == vendor,
                 "a comparison is measured on CPUs of its vendor");
            continue;
        }
        const core::Build& build = state.builds.at(*lease.build);
        const auto& release = config.releases.at(state.rebuilds.at(build.rebuild).release);
        must(state.workers.at(lease.worker).level >= release.variant(build.variant)->run_level,
             "a worker runs no code above its level");
    }
}

/// In an ordered rebuild nothing starts before all that it waits for has ended. What is in a cycle
/// with it is not waited for.
void check_order(const core::Snapshot& state) {
    std::map<std::pair<RebuildId, SourcePackageId>, bool> open;
    for (const auto& [id, build] : state.builds) {
        if (!core::is_final(build.state)) open[{build.rebuild, build.source_package}] = true;
    }
    for (const auto& [id, build] : state.builds) {
        const core::Rebuild& rebuild = state.rebuilds.at(build.rebuild);
        const bool started =
            build.state == core::BuildState::ready || build.state == core::BuildState::leased;
        if (rebuild.mode != Mode::ordered || !started) continue;
        const auto needs = state.dependencies.find({rebuild.seed, build.source_package});
        must(needs != state.dependencies.end(), "an ordered rebuild has its dependencies");
        for (const SourcePackageId need : needs->second.needs) {
            const auto back = state.dependencies.find({rebuild.seed, need});
            const auto& its = back->second.needs;
            const bool cycle = std::ranges::find(its, build.source_package) != its.end();
            must(cycle || !open.contains({rebuild.id, need}),
                 "a build that may start waits for nothing");
        }
    }
}

/// Two builds that may both make RPMs never make them under the same NEVRA.
void check_nevras(const core::Snapshot& state) {
    std::set<std::tuple<std::string, std::string, std::string>> owned;
    for (const auto& [id, build] : state.builds) {
        const bool makes_nothing = build.reused_from || build.state == core::BuildState::failed ||
                                   build.state == core::BuildState::cancelled;
        if (makes_nothing) continue;
        const std::string& name = state.source_packages.at(build.source_package).name;
        must(owned.insert({name, build.variant, build.dist}).second,
             "a NEVRA is made by one build only");
    }
}

/// Whoever is kept from leases was given none since, but the one probing build.
void check_admission(const core::Snapshot& state) {
    for (const auto& [id, health] : state.worker_health) {
        const bool quarantined = health.admission == core::Admission::quarantined;
        const bool probing = health.admission == core::Admission::probing;
        must(health.probe_at.has_value() == quarantined, "who is quarantined waits for a probe");
        must(health.probe || !probing, "who is probing has a probing build");
        must(!health.probe || state.leases.contains(*health.probe), "a probing build is leased");
        must(health.admission == core::Admission::enabled || !health.reason.empty() ||
                 !health.by_farm,
             "the farm says why");
        if (health.admission == core::Admission::enabled) continue;
        for (const auto& [attempt, lease] : state.leases) {
            must(lease.worker != id || lease.granted_at <= health.since || attempt == health.probe,
                 "a worker that is kept from leases gets none");
        }
    }
}

/// A stream shows what its last finished move brought; one move at a time; what it shows is there,
/// and so are the builds that it is made of.
void check_streams(const core::Snapshot& state) {
    std::map<std::pair<std::string, std::string>, ComposeId> shown;
    std::set<std::pair<std::string, std::string>> moving;
    for (const auto& [id, move] : state.stream_moves) {
        const std::pair key(move.release, move.stream);
        if (move.state == core::MoveState::finished) shown[key] = move.compose;
        if (move.state != core::MoveState::pending) continue;
        must(moving.insert(key).second, "a stream has one pending move");
        const bool pending = state.composes.at(move.compose).state == core::ComposeState::pending;
        must(pending == (move.kind == core::MoveKind::publish),
             "a compose that is pending moves its stream, and no other does");
    }
    must(shown.size() == state.streams.size(), "a stream was moved to what it shows");
    for (const auto& [key, stream] : state.streams) {
        must(shown[key] == stream.compose, "a stream shows what it was moved to");
        must(!state.composes.at(stream.compose).removed_at, "what a stream shows is there");
        for (const BuildId build : state.compose_builds.at(stream.compose).builds)
            must(!state.builds.at(build).removed_at, "the builds of what a stream shows are kept");
    }
}

/// What ships has gained on CPUs of every vendor that it was measured on.
void check_promotions(const core::Snapshot& state) {
    std::set<BuildId> shipped;
    for (const auto& [id, row] : state.comparisons) {
        if (row.promoted) shipped.insert(row.variant_build);
    }
    for (const auto& [id, row] : state.comparisons) {
        if (row.state != core::ComparisonState::decided || !shipped.contains(row.variant_build))
            continue;
        must(row.promoted && row.verdict == Verdict::promote,
             "what ships gains on CPUs of each vendor");
    }
}

void check_budgets(const core::Snapshot& state, const core::FarmConfig& config) {
    for (const auto& [id, build] : state.builds) {
        must(build.infra_failures <= config.retry.infra_failures_max, "infra failures are bounded");
        must(core::tries_of_its_own(build.failed_tries) < config.retry.attempts_max,
             "the failed attempts of an open build are bounded");
        must(!core::is_final(build.state) || build.failed_tries.empty(),
             "only an open build remembers its tries");
    }
}

}  // namespace

void check_invariants(const core::Snapshot& state, const core::FarmConfig& config) {
    check_leases(state);
    check_levels(state, config);
    check_order(state);
    check_nevras(state);
    check_admission(state);
    check_budgets(state, config);
    check_promotions(state);
    check_streams(state);
    for (const auto& [id, rebuild] : state.rebuilds) {
        if (rebuild.state != core::RebuildState::finished) continue;
        for (const auto& [build_id, build] : state.builds) {
            must(build.rebuild != id || core::is_final(build.state),
                 "a finished rebuild has no open build");
        }
    }
    for (const auto& [key, stream] : state.streams) {
        must(state.composes.at(stream.compose).state == core::ComposeState::finished,
             "a stream points to a finished compose");
    }
}

void check_compose(const core::Snapshot& state,
                   const core::ReleaseSpec& release,
                   ComposeId compose) {
    const auto found = state.compose_packages.find(compose);
    if (found == state.compose_packages.end()) return;
    std::vector<core::ComposePackage> rows;
    for (const auto& [key, row] : found->second) rows.push_back(row);
    const std::vector<std::string> broken = core::broken_compose_rules(release, rows);
    must(broken.empty(), broken.empty() ? "" : broken.front());
    const std::string baseline = release.baseline().name;
    std::map<std::string, Evr> evr_by_name;                     // in the baseline's os repo
    std::map<std::string, std::set<BuildId>> builds_by_source;  // in the baseline's os repo
    for (const auto& [key, row] : found->second) {
        if (row.repo != baseline + "/os") continue;
        must(evr_by_name.emplace(row.nevra.name, row.nevra.evr()).second,
             "a name is once in the baseline's repo");
        builds_by_source[row.source].insert(row.build);
    }
    for (const auto& [source, builds] : builds_by_source)
        must(builds.size() == 1, "a source comes from one build");
    std::set<BuildId> promoted;
    for (const auto& [id, comparison] : state.comparisons) {
        if (!comparison.promoted) continue;
        must(comparison.kind == core::ComparisonKind::ab,
             "a baseline against itself ships nothing");
        const core::Build& build = state.builds.at(comparison.variant_build);
        promoted.insert(build.reused_from.value_or(build.id));
    }
    for (const core::VariantSpec& variant : release.variants) {
        std::set<std::string> names;
        for (const auto& [key, row] : found->second) {
            if (row.repo != variant.name + "/os") continue;
            names.insert(row.nevra.name);
            must(evr_by_name.contains(row.nevra.name),
                 "a variant holds no name that the baseline lacks");
            must(row.nevra.evr() == evr_by_name.at(row.nevra.name),
                 "a variant keeps in lock-step with the baseline");
            const bool of_baseline = builds_by_source.at(row.source).contains(row.build);
            must(of_baseline || promoted.contains(row.build),
                 "only what passed the gate is beside the baseline");
        }
        must(names.size() == evr_by_name.size(), "a variant's repo is complete");
    }
}

}  // namespace terrace::sim
