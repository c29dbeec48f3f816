// Questions about rebuilds that change nothing: what one would do, and what came of others.
#include <algorithm>
#include <cmath>
#include <set>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/farm_plan.hpp"
#include "scheduler/core/intake.hpp"
#include "scheduler/core/makespan.hpp"

namespace terrace::core {
namespace {

constexpr std::size_t kLongestShown = 20;
constexpr double kHour = 3600;

double hours(double seconds) {
    return std::isfinite(seconds) ? seconds / kHour : 0;
}

std::string text_of(const MakespanBounds& bounds) {
    const std::string level = bounds.limit_level ? name_of(*bounds.limit_level) : "";
    switch (bounds.limit) {
        case MakespanLimit::nothing: return "there is nothing to build";
        case MakespanLimit::no_slots: return "no worker has level " + level;
        case MakespanLimit::level_work: return "the work for workers of level " + level;
        case MakespanLimit::longest_build: return "the longest build";
        case MakespanLimit::critical_path: return "the longest chain of dependencies";
    }
    return "";
}

std::vector<SlotGroup> slot_groups(const Fleet& fleet) {
    std::map<Level, int> slots;
    for (const auto& [id, worker] : fleet.workers()) {
        if (worker.admitted) slots[worker.level] += worker.slots;
    }
    std::vector<SlotGroup> groups;
    for (const auto& [level, count] : slots) groups.push_back({level, count});
    return groups;
}

struct Sorter {
    bool operator()(const LongBuild& a, const LongBuild& b) const {
        return std::tuple(-a.seconds, a.package, a.variant) <
               std::tuple(-b.seconds, b.package, b.variant);
    }
};

}  // namespace

Decision Farm::on(const PlanRebuild& e, TimePoint) {
    Decision decision;
    const Result<Plan> plan = plan_rebuild(e.request);
    std::optional<Error> refused;
    if (!plan) {
        refused = plan.error();
    } else {
        refused = why_no_order(*plan);
    }
    if (refused) {
        decision.reply = std::move(*refused);
    } else {
        decision.reply = Reply{describe(e.request, *plan)};
    }
    return decision;
}

RebuildPlan Farm::describe(const SubmitRebuild& request, const Plan& plan) {
    const Rebuild rebuild = new_rebuild(request, plan, {});
    RebuildPlan shown;
    shown.release = rebuild.release;
    shown.package_set = rebuild.package_set;
    shown.seed = rebuild.seed;
    shown.mode = rebuild.mode;
    shown.priority = rebuild.priority;
    shown.stream = rebuild.stream;
    std::map<std::string, VariantPlan> variants;
    const SourceGraph* graph = graph_of(plan.package_set, plan.seed);
    std::vector<PlannedBuild> builds;
    std::vector<double> seconds(graph ? graph->sources.size() : 0, 0);
    std::vector<std::uint32_t> roots;
    std::set<std::string> sources;
    std::vector<LongBuild> all;
    for (const SourcePackage* package : plan.packages) {
        const std::vector<Build> siblings = siblings_of(rebuild, *package);
        const auto reuse = rebuild.mode == Mode::flat ? choose_reuse(rebuild, siblings)
                                                      : std::map<std::string, BuildId>{};
        const Estimate estimate = estimate_for(rebuild.release, package->name);
        const auto node = graph ? graph->node_of(package->id) : std::nullopt;
        for (const std::string& name : rebuild.variants) {
            const auto is_it = [&](const Build& build) { return build.variant == name; };
            if (std::ranges::none_of(siblings, is_it)) ++variants[name].skipped;
        }
        if (siblings.size() == 1 && package->noarch) ++shown.noarch_once;
        for (const Build& build : siblings) {
            if (reuse.contains(build.variant)) {
                ++variants[build.variant].reused;
                continue;
            }
            ++variants[build.variant].to_build;
            ++shown.builds;
            sources.insert(package->name);
            const VariantSpec& variant = *plan.release->variant(build.variant);
            builds.push_back({estimate.seconds, variant.run_level, node.value_or(0)});
            if (node) seconds[*node] = estimate.seconds;
            all.push_back({package->name, build.variant, estimate.seconds, estimate.seconds_low,
                           estimate.seconds_high, estimate.basis});
            const std::string why = why_unplaceable(fleet_, placement_of(rebuild, *package, build));
            if (!why.empty()) shown.cannot_run.push_back({package->name, build.variant, why});
        }
        if (node) roots.push_back(*node);
        const auto row = state_.dependencies.find({plan.seed, package->id});
        if (row == state_.dependencies.end()) continue;
        for (const std::string& problem : row->second.problems)
            shown.uninstallable.push_back({package->name, "", problem});
    }
    for (const std::string& name : plan.excluded)
        shown.cannot_run.push_back({name, "", "The release excludes it."});
    for (const std::string& name : rebuild.variants) {
        variants[name].variant = name;
        shown.variants.push_back(variants[name]);
    }
    const auto shown_count = static_cast<std::ptrdiff_t>(std::min(kLongestShown, all.size()));
    std::ranges::partial_sort(all, all.begin() + shown_count, Sorter{});
    shown.longest.assign(all.begin(), all.begin() + shown_count);

    double critical_path = 0;
    if (rebuild.mode == Mode::ordered && graph) {
        critical_path = Ranks(graph->graph, seconds).critical_path();
        std::set<std::uint32_t> depths;
        for (const std::uint32_t node : roots) {
            depths.insert(graph->graph.depth(node));
            if (!graph->graph.seed_needs(node).empty()) ++shown.in_cycles;
        }
        shown.waves = static_cast<std::int64_t>(depths.size());
        shown.notes.push_back(
            "Mode ordered: what can be reused is known only once its dependencies are built, so "
            "every build is counted.");
        shown.notes.push_back("The expected makespan does not know the order; the bound does.");
    }
    const std::vector<SlotGroup> groups = slot_groups(fleet_);
    const MakespanBounds limits = bounds(builds, groups, critical_path);
    for (const LevelBound& level : limits.levels) {
        LevelPlan row;
        row.level = level.level;
        row.builds = std::ranges::count_if(
            builds, [&](const PlannedBuild& build) { return build.run_level >= level.level; });
        row.slot_hours = hours(level.work_seconds);
        row.slots = level.slots;
        row.bound_hours = hours(level.seconds);
        shown.levels.push_back(row);
    }
    shown.bound_hours = hours(limits.seconds);
    shown.bound_by = text_of(limits);
    shown.critical_path_hours = hours(critical_path);
    shown.makespan_hours = std::max(hours(expected_makespan(builds, groups)), shown.bound_hours);
    shown.must_confirm = shown.builds > config_->placement.confirm_above;
    describe_blast_radius(rebuild, graph, roots, sources, shown);
    return shown;
}

void Farm::describe_blast_radius(const Rebuild& rebuild,
                                 const SourceGraph* graph,
                                 const std::vector<std::uint32_t>& roots,
                                 const std::set<std::string>& sources,
                                 RebuildPlan& shown) const {
    BlastRadius& radius = shown.blast_radius;
    radius.sources = static_cast<std::int64_t>(sources.size());
    radius.dependents_known = graph != nullptr;
    if (graph) {
        radius.dependents = static_cast<std::int64_t>(graph->graph.dependents_of(roots).size());
    } else {
        shown.notes.push_back(
            "The dependencies of this package set are not resolved yet: what depends on the "
            "selection is not known.");
    }
    const auto stream = state_.streams.find({rebuild.release, rebuild.stream});
    if (stream == state_.streams.end()) return;
    const auto packages = state_.compose_packages.find(stream->second.compose);
    if (packages == state_.compose_packages.end()) return;
    for (const auto& [key, row] : packages->second) {
        if (row.nevra.arch == "src") continue;
        ++radius.stream_rpms;
        if (sources.contains(row.source)) ++radius.stream_rpms_touched;
    }
}

/// The packages that took in code of a package which that rebuild built anew, and those that took
/// in code of these.
Result<std::vector<SecondPassChoice>> Farm::second_pass_of(RebuildId id) const {
    const auto found = state_.rebuilds.find(id);
    if (found == state_.rebuilds.end()) return no_such("rebuild", id);
    const Rebuild& rebuild = found->second;
    if (rebuild.mode != Mode::flat) {
        return Error{Errc::conflict, "Rebuild " + std::to_string(id.value) +
                                         " is ordered already: each build saw what its "
                                         "dependencies made, so it needs no second pass."};
    }
    if (rebuild.state != RebuildState::finished) {
        return Error{Errc::conflict, "Rebuild " + std::to_string(id.value) + " is " +
                                         name_of(rebuild.state) +
                                         ": a second pass follows a finished one."};
    }
    std::set<SourcePackageId> built;
    for (const BuildId build_id : builds_of_.at(id)) {
        const Build& build = state_.builds.at(build_id);
        if (build.state == BuildState::succeeded) built.insert(build.source_package);
    }
    std::vector<SecondPassChoice> choices;
    for (const SourcePackageId source : built) {
        const auto row = state_.dependencies.find({rebuild.seed, source});
        if (row == state_.dependencies.end()) {
            return Error{Errc::unavailable,
                         "The dependencies of that rebuild's package set are "
                         "not resolved; try again in a moment."};
        }
        SecondPassChoice choice{state_.source_packages.at(source).name, {}};
        for (std::size_t i = 0; i < row->second.code_needs.size(); ++i) {
            const SourcePackageId need = row->second.code_needs[i];
            if (!built.contains(need)) continue;
            choice.reasons.push_back(state_.source_packages.at(need).name + ": " +
                                     row->second.code_reasons[i]);
        }
        // Whoever takes code from it takes it directly, so the reach upwards is covered, too.
        if (!choice.reasons.empty()) choices.push_back(std::move(choice));
    }
    return choices;
}

Decision Farm::on(const SelectSecondPass& e, TimePoint) {
    Decision decision;
    auto choices = second_pass_of(e.rebuild);
    if (!choices) {
        decision.reply = choices.error();
    } else {
        decision.reply = Reply{SecondPass{e.rebuild, std::move(*choices)}};
    }
    return decision;
}

/// By variant: did the package come out? Builds that have not ended are in neither list.
std::map<std::string, std::map<std::string, bool>> Farm::results_of(RebuildId rebuild) const {
    std::map<std::string, std::map<std::string, bool>> results;
    const auto builds = builds_of_.find(rebuild);
    if (builds == builds_of_.end()) return results;
    for (const BuildId id : builds->second) {
        const Build& build = state_.builds.at(id);
        if (!is_final(build.state) || build.state == BuildState::cancelled) continue;
        results[build.variant][state_.source_packages.at(build.source_package).name] =
            build.state == BuildState::succeeded;
    }
    return results;
}

Decision Farm::on(const DiffRebuilds& e, TimePoint) {
    Decision decision;
    for (const RebuildId id : {e.before, e.after}) {
        if (state_.rebuilds.contains(id)) continue;
        decision.reply = no_such("rebuild", id);
        return decision;
    }
    RebuildDiff diff{e.before, e.after, {}};
    auto before = results_of(e.before);
    auto after = results_of(e.after);
    std::set<std::string> variants;
    for (const auto& [name, results] : before) variants.insert(name);
    for (const auto& [name, results] : after) variants.insert(name);
    for (const std::string& name : variants) {
        VariantDiff row;
        row.variant = name;
        for (const auto& [package, passed] : before[name]) {
            const auto later = after[name].find(package);
            if (later == after[name].end()) {
                row.only_before.push_back(package);
            } else if (passed && !later->second) {
                row.newly_failing.push_back(package);
            } else if (!passed && later->second) {
                row.newly_passing.push_back(package);
            }
        }
        for (const auto& [package, passed] : after[name]) {
            if (!before[name].contains(package)) row.only_after.push_back(package);
        }
        diff.variants.push_back(std::move(row));
    }
    decision.reply = Reply{std::move(diff)};
    return decision;
}

}  // namespace terrace::core
