// From a rebuild request to its builds and comparisons.
#include <algorithm>
#include <set>

#include "common/vocab/check.hpp"
#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/farm_plan.hpp"
#include "scheduler/core/intake.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

/// Everything a retry or a second pass takes over from the rebuild that it goes back to.
std::optional<Error> Farm::fill_from_earlier(SubmitRebuild& request) const {
    const std::optional<RebuildId> id =
        request.retry_of ? request.retry_of : request.second_pass_of;
    if (!id) return std::nullopt;
    const auto found = state_.rebuilds.find(*id);
    if (found == state_.rebuilds.end()) return no_such("rebuild", *id);
    const Rebuild& earlier = found->second;
    const bool gone = std::ranges::any_of(builds_of_.at(*id), [&](BuildId build_id) {
        return origin_of(state_.builds.at(build_id)).removed_at.has_value();
    });
    if (gone && (request.second_pass_of || earlier.mode == Mode::ordered)) {
        return Error{Errc::conflict, "Packages of rebuild " + std::to_string(id->value) +
                                         " were removed since nothing needed them any more: start "
                                         "a rebuild that does not build on it."};
    }
    request.release = earlier.release;
    request.variants = earlier.variants;
    if (request.stream.empty()) request.stream = earlier.stream;
    if (request.retry_of) {
        request.mode = earlier.mode;
        std::set<std::string> failed;
        for (const BuildId build_id : builds_of_.at(*id)) {
            const Build& build = state_.builds.at(build_id);
            if (build.state == BuildState::failed)
                failed.insert(state_.source_packages.at(build.source_package).name);
        }
        if (failed.empty()) {
            return Error{Errc::conflict, "Rebuild " + std::to_string(id->value) +
                                             " has no failed build: there is nothing to retry."};
        }
        request.packages.assign(failed.begin(), failed.end());
    } else {
        request.mode = Mode::ordered;
        auto choices = second_pass_of(*id);
        if (!choices) return choices.error();
        if (choices->empty()) {
            return Error{Errc::conflict, "No package of rebuild " + std::to_string(id->value) +
                                             " took code in from another one that it built."};
        }
        request.packages.clear();
        for (const SecondPassChoice& choice : *choices) request.packages.push_back(choice.package);
    }
    return std::nullopt;
}

std::optional<Error> Farm::find_sources(const SubmitRebuild& request, Plan& plan) const {
    std::set<std::string> wanted(request.packages.begin(), request.packages.end());
    for (auto row = state_.source_packages.find(first_source_of_.at(plan.package_set));
         row != state_.source_packages.end(); ++row) {
        const SourcePackage& package = row->second;
        if (package.package_set != plan.package_set) continue;
        if (wanted.erase(package.name) == 0 && !request.packages.empty()) continue;
        if (plan.release->rule(package.name).exclude) {
            plan.excluded.push_back(package.name);
        } else {
            plan.packages.push_back(&package);
        }
    }
    if (wanted.empty()) return std::nullopt;
    return Error{Errc::not_found,
                 "The package set has no source package '" + *wanted.begin() + "'."};
}

Result<Farm::Plan> Farm::plan_rebuild(SubmitRebuild request) const {
    if (auto error = fill_from_earlier(request)) return *error;
    const auto release = config_->releases.find(request.release);
    if (release == config_->releases.end()) return unknown_release(*config_, request.release);
    Plan plan;
    plan.release = &release->second;
    plan.mode = request.mode;

    for (const auto& [id, set] : state_.package_sets) {
        if (set.release == request.release) plan.package_set = id;
    }
    if (plan.package_set == PackageSetId{}) {
        return Error{Errc::conflict,
                     "Release '" + request.release +
                         "' has no package set; import one first: terrace package import."};
    }
    const Seed* newest = newest_seed(request.release);
    if (!newest) {
        return Error{Errc::conflict, "Release '" + request.release +
                                         "' has no seed; add one first: terrace seed add."};
    }
    plan.seed = newest->id;
    if (!(request.share > 0))
        return Error{Errc::invalid_argument, "A rebuild's share must be above 0."};

    const auto& streams = plan.release->streams;
    plan.stream = request.stream.empty() ? streams.front() : request.stream;
    if (std::ranges::find(streams, plan.stream) == streams.end()) {
        return Error{Errc::not_found,
                     "Release '" + request.release + "' has no stream '" + plan.stream + "'."};
    }
    for (const std::string& name : request.variants) {
        if (!plan.release->variant(name)) {
            return Error{Errc::not_found,
                         "Release '" + request.release + "' has no variant '" + name + "'."};
        }
    }
    // The baseline always takes part: a variant without it moves nothing.
    for (const VariantSpec& variant : plan.release->variants) {
        const bool asked =
            request.variants.empty() || &variant == &plan.release->baseline() ||
            std::ranges::find(request.variants, variant.name) != request.variants.end();
        if (asked) plan.variants.push_back(variant.name);
    }
    if (request.second_pass_of) {
        const Rebuild& first_pass = state_.rebuilds.at(*request.second_pass_of);
        plan.package_set = first_pass.package_set;
        plan.seed = first_pass.seed;
    }
    if (auto error = find_sources(request, plan)) return *error;
    return plan;
}

/// Mode ordered needs the dependencies; they are resolved soon after a seed or package set came.
std::optional<Error> Farm::why_no_order(const Plan& plan) {
    if (plan.mode != Mode::ordered || graph_of(plan.package_set, plan.seed)) return std::nullopt;
    const auto failed = resolve_failures_.find({plan.package_set, plan.seed});
    if (failed != resolve_failures_.end()) {
        return Error{Errc::conflict,
                     "Mode 'ordered' needs the dependencies of package set " +
                         std::to_string(plan.package_set.value) +
                         ", and they could not be resolved: " + failed->second.error};
    }
    return Error{Errc::unavailable, "The dependencies of package set " +
                                        std::to_string(plan.package_set.value) +
                                        " are being resolved; try again in a moment."};
}

Rebuild Farm::new_rebuild(const SubmitRebuild& request, const Plan& plan, TimePoint now) const {
    Rebuild rebuild;
    rebuild.id = next_id(state_.rebuilds);
    rebuild.release = plan.release->name;
    rebuild.package_set = plan.package_set;
    rebuild.seed = plan.seed;
    rebuild.mode = plan.mode;
    rebuild.priority = request.priority;
    rebuild.share = request.share;
    rebuild.stream = plan.stream;
    rebuild.variants = plan.variants;
    rebuild.retry_of = request.retry_of;
    rebuild.second_pass_of = request.second_pass_of;
    rebuild.created_at = now;
    rebuild.counter = 1;
    for (const auto& [id, other] : state_.rebuilds) {
        if (other.release == rebuild.release)
            rebuild.counter = std::max(rebuild.counter, other.counter + 1);
    }
    return rebuild;
}

std::optional<Error> Farm::why_unconfirmed(const SubmitRebuild& request,
                                           const Rebuild& rebuild,
                                           const Plan& plan) const {
    const std::int64_t builds = count_to_build(rebuild, plan);
    if (request.confirm ? *request.confirm == builds : builds <= config_->placement.confirm_above)
        return std::nullopt;
    const std::string number = std::to_string(builds);
    return Error{Errc::conflict,
                 "This rebuild is of " + number + " builds" +
                     (request.confirm ? ", not of " + std::to_string(*request.confirm) : "") +
                     ": look at terrace rebuild plan, then confirm it with --confirm " + number +
                     "."};
}

std::int64_t Farm::count_to_build(const Rebuild& rebuild, const Plan& plan) const {
    std::int64_t count = 0;
    for (const SourcePackage* package : plan.packages) {
        const std::vector<Build> siblings = siblings_of(rebuild, *package);
        const std::size_t reused =
            plan.mode == Mode::flat ? choose_reuse(rebuild, siblings).size() : 0;
        count += static_cast<std::int64_t>(siblings.size() - reused);
    }
    return count;
}

Decision Farm::on(const SubmitRebuild& e, TimePoint now) {
    Decision decision;
    const Result<Plan> plan = plan_rebuild(e);
    if (!plan) {
        decision.reply = plan.error();
        return decision;
    }
    const Rebuild rebuild = new_rebuild(e, *plan, now);
    auto refused = why_no_order(*plan);
    if (!refused) refused = why_unconfirmed(e, rebuild, *plan);
    if (refused) {
        decision.reply = std::move(*refused);
        return decision;
    }
    record(decision, rebuild);
    for (const SourcePackage* package : plan->packages) {
        std::vector<Build> siblings = siblings_of(rebuild, *package);
        std::vector<BuildId> ids;
        for (Build& build : siblings) {
            build.id = {next_id(state_.builds).value + static_cast<std::int64_t>(ids.size())};
            ids.push_back(build.id);
        }
        if (rebuild.mode == Mode::ordered) {
            for (Build& build : siblings) record(decision, std::move(build));
            add_comparisons(rebuild, ids, decision);
        } else {
            settle_siblings(rebuild, std::move(siblings), now, decision);
            add_comparisons(rebuild, ids, decision);
            for (const BuildId id : ids) {
                if (is_final(state_.builds.at(id).state)) build_ended(id, now, decision);
            }
        }
    }
    if (rebuild.mode == Mode::ordered) TERRACE_CHECK(make_order(rebuild));
    critical_at_ = {};  // what is critical has changed
    settle_due(now, decision);
    settle_rebuild(rebuild.id, now, decision);
    decision.reply = Reply{MadeRebuild{rebuild.id}};
    return decision;
}

void Farm::add_comparisons(const Rebuild& rebuild,
                           const std::vector<BuildId>& siblings,
                           Decision& decision) {
    std::vector<std::string> vendors = config_->releases.at(rebuild.release).gate.vendors;
    if (vendors.empty()) vendors.emplace_back();  // any will do
    for (std::size_t i = 1; i < siblings.size(); ++i) {
        const Build& baseline = state_.builds.at(siblings.front());
        const Build& variant = state_.builds.at(siblings[i]);
        for (const std::string& vendor : vendors) {
            Comparison comparison;
            comparison.id = next_id(state_.comparisons);
            comparison.rebuild = rebuild.id;
            comparison.source_package = baseline.source_package;
            comparison.variant = variant.variant;
            comparison.vendor = vendor;
            comparison.baseline_build = baseline.id;
            comparison.variant_build = variant.id;
            record(decision, std::move(comparison));
        }
    }
}

}  // namespace terrace::core
