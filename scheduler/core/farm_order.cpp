// What must be built before what: the graph of a package set, and ordered rebuilds that follow it.
#include <algorithm>
#include <set>

#include "common/vocab/check.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

/// How soon a resolution that failed (a repo that was away, say) is tried again.
constexpr Duration kResolveAgain = std::chrono::minutes(5);

bool is_for_debugging(const RpmFile& rpm) {
    return rpm.nevra.name.ends_with("-debuginfo") || rpm.nevra.name.ends_with("-debugsource");
}

}  // namespace

/// The newest package set of each release with its newest seed, if they were not resolved yet.
std::vector<Effect> Farm::to_resolve(TimePoint now) const {
    std::map<std::string, PackageSetId> newest_set;
    for (const auto& [id, set] : state_.package_sets) newest_set[set.release] = id;
    std::vector<Effect> effects;
    for (const auto& [release, set] : newest_set) {
        const Seed* seed = newest_seed(release);
        const auto first = first_source_of_.find(set);
        if (!seed || first == first_source_of_.end()) continue;
        if (state_.dependencies.contains({seed->id, first->second})) continue;
        const auto failed = resolve_failures_.find({set, seed->id});
        if (failed != resolve_failures_.end() && failed->second.not_before > now) continue;
        effects.emplace_back(ResolveDependencies{set, *seed});
    }
    return effects;
}

std::vector<SourcePackage> Farm::packages_of(PackageSetId set) const {
    std::vector<SourcePackage> packages;
    const auto first = first_source_of_.find(set);
    if (first == first_source_of_.end()) return packages;
    for (auto row = state_.source_packages.find(first->second); row != state_.source_packages.end();
         ++row) {
        if (row->second.package_set == set) packages.push_back(row->second);
    }
    return packages;
}

const Seed* Farm::newest_seed(const std::string& release) const {
    const Seed* newest = nullptr;
    for (const auto& [id, seed] : state_.seeds) {
        if (seed.release == release && (!newest || seed.added_at >= newest->added_at))
            newest = &seed;
    }
    return newest;
}

Decision Farm::on(const DependenciesResolved& e, TimePoint now) {
    Decision decision;
    if (!e.error.empty()) {
        resolve_failures_[{e.package_set, e.seed}] = {e.error, now + kResolveAgain};
        return decision;
    }
    for (const SourceDependencies& row : e.rows) {
        const auto source = state_.source_packages.find(row.source_package);
        const bool known = source != state_.source_packages.end() &&
                           state_.seeds.contains(e.seed) &&
                           source->second.package_set == e.package_set && row.seed == e.seed;
        if (!known) {
            decision.changes.clear();
            decision.reply = Error{Errc::invalid_argument,
                                   "The resolved dependencies are not those of package set " +
                                       std::to_string(e.package_set.value) + "."};
            return decision;
        }
    }
    resolve_failures_.erase({e.package_set, e.seed});
    for (const SourceDependencies& row : e.rows) record(decision, row);
    return decision;
}

const SourceGraph* Farm::graph_of(PackageSetId set, const Digest& seed) {
    if (const auto known = graphs_.find({set, seed}); known != graphs_.end()) return &known->second;
    std::optional<SourceGraph> graph = make_source_graph(state_, set, seed);
    if (!graph) return nullptr;
    return &graphs_.emplace(std::pair(set, seed), std::move(*graph)).first->second;
}

BuildOrderState* Farm::order_of(RebuildId rebuild) {
    const auto found = orders_.find(rebuild);
    return found == orders_.end() ? nullptr : &found->second;
}

bool Farm::make_order(const Rebuild& rebuild) {
    const SourceGraph* graph = graph_of(rebuild.package_set, rebuild.seed);
    if (!graph) return false;
    std::vector<double> seconds(graph->sources.size(), 0);
    for (const BuildId id : builds_of_[rebuild.id]) {
        const Build& build = state_.builds.at(id);
        if (is_final(build.state)) continue;
        const auto node = graph->node_of(build.source_package);
        const std::string& source = state_.source_packages.at(build.source_package).name;
        seconds[*node] = estimate_for(rebuild.release, source).seconds;
    }
    BuildOrderState order(*graph, std::move(seconds));
    for (const BuildId id : builds_of_[rebuild.id]) {
        const Build& build = state_.builds.at(id);
        const auto node = graph->node_of(build.source_package);
        if (is_final(build.state)) {
            order.add_ended(*node, id);
        } else {
            order.add_open(*node, id);
        }
    }
    for (const std::uint32_t node : order.start()) due_.emplace_back(rebuild.id, node);
    orders_.erase(rebuild.id);
    orders_.emplace(rebuild.id, std::move(order));
    return true;
}

/// A source package that is reused has ended at once and sets others free: no recursion, since
/// chains may be long.
void Farm::settle_due(TimePoint now, Decision& decision) {
    std::set<RebuildId> touched;
    while (!due_.empty()) {
        const auto [rebuild, node] = due_.back();
        due_.pop_back();
        if (!orders_.contains(rebuild)) continue;
        touched.insert(rebuild);
        settle_source(rebuild, node, now, decision);
    }
    for (const RebuildId rebuild : touched) settle_rebuild(rebuild, now, decision);
}

void Farm::settle_source(RebuildId rebuild, std::uint32_t node, TimePoint now, Decision& decision) {
    const BuildOrderState& order = orders_.at(rebuild);
    std::vector<Build> blocked;
    for (const BuildId id : order.builds(node)) {
        const Build& build = state_.builds.at(id);
        if (build.state == BuildState::blocked) blocked.push_back(build);
    }
    if (blocked.empty()) return;
    std::vector<std::string> from_seed;
    std::vector<std::string> failed;
    const auto name_of_node = [&](std::uint32_t other) {
        return state_.source_packages.at(order.graph().sources[other]).name;
    };
    for (const std::uint32_t need : order.graph().graph.needs(node)) {
        const auto lost = [&](BuildId id) {
            return state_.builds.at(id).state != BuildState::succeeded;
        };
        if (order.takes_part(need) && std::ranges::any_of(order.builds(need), lost))
            failed.push_back(name_of_node(need));
    }
    for (const std::uint32_t need : order.graph().graph.seed_needs(node)) {
        if (order.takes_part(need)) from_seed.push_back(name_of_node(need));
    }
    if (!failed.empty() && release_of(rebuild).on_failed_dependency == OnFailedDependency::fail) {
        sim_mark("failed dependency fails");
        for (Build& build : blocked) {
            build.outcome = Outcome::uninstallable;
            build.evidence = "Its dependency '" + failed.front() +
                             "' was not built, and the release says on_failed_dependency: fail.";
            const BuildId id = build.id;
            move(std::move(build), BuildEvent::deps_failed, now, decision);
            build_ended(id, now, decision);
        }
        return;
    }
    if (!failed.empty()) sim_mark("failed dependency from the seed");
    from_seed.insert(from_seed.end(), failed.begin(), failed.end());
    for (Build& build : blocked) build.from_seed = from_seed;
    const Rebuild row = state_.rebuilds.at(rebuild);
    settle_siblings(row, std::move(blocked), now, decision);
}

/// For each source package that it needs: the build of its own variant, or where there is none (a
/// noarch package) the baseline's; of this rebuild, else of the pass before it.
std::vector<BuildId> Farm::dependencies_of(const Build& build) const {
    const Rebuild& rebuild = state_.rebuilds.at(build.rebuild);
    if (rebuild.mode != Mode::ordered) return {};
    const auto order = orders_.find(rebuild.id);
    if (order == orders_.end()) return {};
    const SourceGraph& graph = order->second.graph();
    const std::uint32_t node = *graph.node_of(build.source_package);
    const std::string& baseline = release_of(rebuild.id).baseline().name;
    const auto best = [&](const std::vector<BuildId>& builds) {
        std::optional<BuildId> found;
        for (const BuildId id : builds) {
            const Build& other = state_.builds.at(id);
            if (other.state != BuildState::succeeded) continue;
            if (other.variant == build.variant || (other.variant == baseline && !found)) found = id;
        }
        return found;
    };
    std::vector<BuildId> found;
    for (const std::uint32_t need : graph.graph.needs(node)) {
        if (const auto id = best(order->second.builds(need))) {
            found.push_back(*id);
        } else if (rebuild.second_pass_of) {
            if (const auto before =
                    best(builds_of_source(*rebuild.second_pass_of, graph.sources[need])))
                found.push_back(*before);
        }
    }
    if (!rebuild.second_pass_of) return found;
    // The first pass made what breaks a cycle: nothing need come from the seed.
    for (const std::uint32_t need : graph.graph.seed_needs(node)) {
        if (const auto before =
                best(builds_of_source(*rebuild.second_pass_of, graph.sources[need])))
            found.push_back(*before);
    }
    return found;
}

std::vector<BuildId> Farm::builds_of_source(RebuildId rebuild, SourcePackageId source) const {
    const auto all = builds_of_.find(rebuild);
    if (all == builds_of_.end()) return {};
    // Ids ascend with source packages inside a rebuild, so its builds stand together.
    const auto by_source = [&](BuildId id) { return state_.builds.at(id).source_package; };
    const auto [first, last] = std::ranges::equal_range(all->second, source, {}, by_source);
    return {first, last};
}

std::vector<RpmFile> Farm::buildroot_rpms_of(const Build& build) const {
    std::vector<RpmFile> rpms;
    for (const BuildId id : dependencies_of(build)) {
        for (RpmFile& rpm : rpms_of(state_.builds.at(id))) {
            if (rpm.nevra.arch != "src" && !is_for_debugging(rpm)) rpms.push_back(std::move(rpm));
        }
    }
    return rpms;
}

}  // namespace terrace::core
