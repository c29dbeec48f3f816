// What people bring to the farm: package sets, seeds, rebuilds, cancellations.
#include <algorithm>
#include <set>

#include "common/vocab/check.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

Error unknown_release(const FarmConfig& config, const std::string& release) {
    std::string known;
    for (const auto& [name, spec] : config.releases) known += (known.empty() ? "" : ", ") + name;
    return {Errc::not_found, "There is no release '" + release + "' (known: " + known + ")."};
}

template <class Map>
typename Map::key_type next_id(const Map& rows) {
    return {rows.empty() ? 1 : rows.rbegin()->first.value + 1};
}

/// rpm compares these literally: a package that names archs is built only for those.
bool arch_allowed(const SourcePackage& package, const VariantSpec& variant) {
    const auto names = [&](const std::vector<std::string>& archs) {
        return std::ranges::find(archs, variant.target_arch) != archs.end();
    };
    if (!package.exclusive_arch.empty() && !names(package.exclusive_arch)) return false;
    return !names(package.exclude_arch);
}

}  // namespace

Decision Farm::on(const ImportPackageSet& e, TimePoint now) {
    Decision decision;
    if (!config_->releases.contains(e.release)) {
        decision.reply = unknown_release(*config_, e.release);
        return decision;
    }
    if (e.packages.empty()) {
        decision.reply =
            Error{Errc::invalid_argument, "The package set is empty: nothing was imported."};
        return decision;
    }
    const PackageSetId set = next_id(state_.package_sets);
    SourcePackageId next = next_id(state_.source_packages);
    record(decision, PackageSet{set, e.release, now});
    for (SourcePackage package : e.packages) {
        package.id = next;
        package.package_set = set;
        ++next.value;
        record(decision, std::move(package));
    }
    decision.reply = Reply{MadePackageSet{set}};
    return decision;
}

Decision Farm::on(const AddSeed& e, TimePoint now) {
    Decision decision;
    if (!config_->releases.contains(e.release)) {
        decision.reply = unknown_release(*config_, e.release);
        return decision;
    }
    // Added again, it becomes the newest, which is the one that rebuilds use.
    record(decision, Seed{e.id, e.release, e.repos, now});
    return decision;
}

/// A rebuild request, checked and filled in.
struct Farm::Plan {
    const ReleaseSpec* release = nullptr;
    PackageSetId package_set;
    Digest seed;
    std::vector<std::string> variants;
    std::string stream;
    std::vector<const SourcePackage*> packages;
};

Result<Farm::Plan> Farm::plan_rebuild(const SubmitRebuild& request) const {
    const auto release = config_->releases.find(request.release);
    if (release == config_->releases.end()) return unknown_release(*config_, request.release);
    Plan plan;
    plan.release = &release->second;
    if (request.mode == Mode::ordered) {
        return Error{Errc::invalid_argument,
                     "Mode 'ordered' is not available in this version; use 'flat'."};
    }

    for (const auto& [id, set] : state_.package_sets) {
        if (set.release == request.release) plan.package_set = id;
    }
    if (plan.package_set == PackageSetId{}) {
        return Error{Errc::conflict,
                     "Release '" + request.release +
                         "' has no package set; import one first: terrace package import."};
    }
    const Seed* newest = nullptr;
    for (const auto& [id, seed] : state_.seeds) {
        if (seed.release == request.release && (!newest || seed.added_at >= newest->added_at))
            newest = &seed;
    }
    if (!newest) {
        return Error{Errc::conflict, "Release '" + request.release +
                                         "' has no seed; add one first: terrace seed add."};
    }
    plan.seed = newest->id;

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

    std::set<std::string> wanted(request.packages.begin(), request.packages.end());
    for (const auto& [id, package] : state_.source_packages) {
        if (package.package_set != plan.package_set) continue;
        if (wanted.erase(package.name) == 1 || request.packages.empty())
            plan.packages.push_back(&package);
    }
    if (!wanted.empty()) {
        return Error{Errc::not_found,
                     "The package set has no source package '" + *wanted.begin() + "'."};
    }
    return plan;
}

Decision Farm::on(const SubmitRebuild& e, TimePoint now) {
    Decision decision;
    const Result<Plan> plan = plan_rebuild(e);
    if (!plan) {
        decision.reply = plan.error();
        return decision;
    }
    Rebuild rebuild;
    rebuild.id = next_id(state_.rebuilds);
    rebuild.release = e.release;
    rebuild.package_set = plan->package_set;
    rebuild.seed = plan->seed;
    rebuild.mode = e.mode;
    rebuild.priority = e.priority;
    rebuild.stream = plan->stream;
    rebuild.variants = plan->variants;
    rebuild.created_at = now;
    rebuild.counter = 1;
    for (const auto& [id, other] : state_.rebuilds) {
        if (other.release == e.release)
            rebuild.counter = std::max(rebuild.counter, other.counter + 1);
    }
    record(decision, rebuild);
    for (const SourcePackage* package : plan->packages) {
        const std::vector<BuildId> siblings = expand(rebuild, *package, now, decision);
        add_comparisons(rebuild, siblings, decision);
        for (const BuildId build : siblings) {
            if (is_final(state_.builds.at(build).state)) build_ended(build, now, decision);
        }
    }
    settle_rebuild(rebuild.id, now, decision);
    decision.reply = Reply{MadeRebuild{rebuild.id}};
    return decision;
}

std::string Farm::identity_of(const Rebuild& rebuild,
                              const SourcePackage& package,
                              const VariantSpec& variant) const {
    return package.srpm_digest.hex + "/" + variant.digest + "/" + rebuild.seed.hex;
}

/// The earlier builds that take part again, by variant. All of them have the dist of the
/// baseline's, and what is built anew beside them will have it, too; so a baseline is reused only
/// where no other build owns, or may come to own, those NEVRAs of a variant: a NEVRA never gets
/// other content.
std::map<std::string, BuildId> Farm::choose_reuse(const Rebuild& rebuild,
                                                  const SourcePackage& package) const {
    const ReleaseSpec& release = config_->releases.at(rebuild.release);
    const auto baselines =
        succeeded_by_identity_.find(identity_of(rebuild, package, release.baseline()));
    if (baselines == succeeded_by_identity_.end()) return {};
    for (auto candidate = baselines->second.rbegin(); candidate != baselines->second.rend();
         ++candidate) {
        const std::string& dist = candidate->second;
        std::map<std::string, BuildId> reuse = {{release.baseline().name, candidate->first}};
        bool clash = false;
        for (const std::string& name : rebuild.variants) {
            const VariantSpec& variant = *release.variant(name);
            if (&variant == &release.baseline()) continue;
            const auto same = succeeded_by_identity_.find(identity_of(rebuild, package, variant));
            if (same != succeeded_by_identity_.end()) {
                for (const auto& [id, its_dist] : same->second) {
                    if (its_dist == dist) reuse[name] = id;
                }
            }
            clash |= !reuse.contains(name) &&
                     claims_.contains({rebuild.release, package.name, name, dist});
        }
        if (!clash) return reuse;
    }
    return {};
}

/// The builds of one source package, the baseline's first.
std::vector<BuildId> Farm::expand(const Rebuild& rebuild,
                                  const SourcePackage& package,
                                  TimePoint now,
                                  Decision& decision) {
    const ReleaseSpec& release = config_->releases.at(rebuild.release);
    if (!arch_allowed(package, release.baseline())) return {};  // nothing of it can be published
    const std::map<std::string, BuildId> reuse = choose_reuse(rebuild, package);
    const std::string dist = reuse.empty()
                                 ? "." + release.dist_suffix + "." + std::to_string(rebuild.counter)
                                 : state_.builds.at(reuse.at(release.baseline().name)).dist;
    std::vector<BuildId> builds;
    for (const std::string& name : rebuild.variants) {
        const VariantSpec& variant = *release.variant(name);
        const bool is_baseline = &variant == &release.baseline();
        if (!is_baseline && (package.noarch || !arch_allowed(package, variant))) continue;
        Build build;
        build.id = next_id(state_.builds);
        build.rebuild = rebuild.id;
        build.source_package = package.id;
        build.variant = name;
        build.identity = identity_of(rebuild, package, variant);
        build.dist = dist;
        if (const auto earlier = reuse.find(name); earlier != reuse.end()) {
            sim_mark("build reused");
            build.reused_from = earlier->second;
            build.outcome = Outcome::ok;
            const Build& origin = state_.builds.at(earlier->second);
            build.code_identity = origin.code_identity;
            build.level_used = origin.level_used;
            build.audit_findings = origin.audit_findings;
        }
        const BuildEvent event = build.reused_from ? BuildEvent::reused : BuildEvent::deps_settled;
        builds.push_back(build.id);
        move(std::move(build), event, now, decision);
    }
    return builds;
}

void Farm::add_comparisons(const Rebuild& rebuild,
                           const std::vector<BuildId>& siblings,
                           Decision& decision) {
    for (std::size_t i = 1; i < siblings.size(); ++i) {
        const Build& baseline = state_.builds.at(siblings.front());
        const Build& variant = state_.builds.at(siblings[i]);
        Comparison comparison;
        comparison.id = next_id(state_.comparisons);
        comparison.rebuild = rebuild.id;
        comparison.source_package = baseline.source_package;
        comparison.variant = variant.variant;
        comparison.baseline_build = baseline.id;
        comparison.variant_build = variant.id;
        record(decision, std::move(comparison));
    }
}

void Farm::cancel(const Build& build, TimePoint now, Decision& decision) {
    if (const auto lease = lease_of_build_.find(build.id); lease != lease_of_build_.end()) {
        AttemptReport report;
        report.outcome = Outcome::cancelled;
        report.evidence = "Cancelled on request.";
        end_attempt(state_.leases.at(lease->second), report, now, decision);
    }
    Build ended = state_.builds.at(build.id);
    ended.outcome = Outcome::cancelled;
    ended.evidence = "Cancelled on request.";
    move(std::move(ended), BuildEvent::cancel, now, decision);
}

void Farm::cancel(const Comparison& comparison, TimePoint now, Decision& decision) {
    if (const auto lease = lease_of_comparison_.find(comparison.id);
        lease != lease_of_comparison_.end()) {
        AttemptReport report;
        report.outcome = Outcome::cancelled;
        report.evidence = "Cancelled.";
        end_attempt(state_.leases.at(lease->second), report, now, decision);
    }
    move(state_.comparisons.at(comparison.id), ComparisonEvent::cancel, now, decision);
}

Decision Farm::on(const CancelBuild& e, TimePoint now) {
    Decision decision;
    const auto found = state_.builds.find(e.build);
    if (found == state_.builds.end()) {
        decision.reply =
            Error{Errc::not_found, "There is no build " + std::to_string(e.build.value) + "."};
    } else if (is_final(found->second.state)) {
        decision.reply = Error{Errc::conflict, "Build " + std::to_string(e.build.value) +
                                                   " has ended already: it is " +
                                                   name_of(found->second.state) + "."};
    } else {
        sim_mark("build cancelled");
        cancel(found->second, now, decision);
        build_ended(e.build, now, decision);
        settle_rebuild(found->second.rebuild, now, decision);
    }
    return decision;
}

Decision Farm::on(const CancelRebuild& e, TimePoint now) {
    Decision decision;
    const auto found = state_.rebuilds.find(e.rebuild);
    if (found == state_.rebuilds.end()) {
        decision.reply =
            Error{Errc::not_found, "There is no rebuild " + std::to_string(e.rebuild.value) + "."};
        return decision;
    }
    if (found->second.state != RebuildState::running) {
        decision.reply = Error{Errc::conflict, "Rebuild " + std::to_string(e.rebuild.value) +
                                                   " cannot be cancelled: it is " +
                                                   name_of(found->second.state) + "."};
        return decision;
    }
    sim_mark("rebuild cancelled");
    for (const ComparisonId id : comparisons_of_[e.rebuild]) {
        if (!is_final(state_.comparisons.at(id).state))
            cancel(state_.comparisons.at(id), now, decision);
    }
    for (const BuildId id : builds_of_[e.rebuild]) {
        if (!is_final(state_.builds.at(id).state)) cancel(state_.builds.at(id), now, decision);
    }
    Rebuild rebuild = found->second;
    rebuild.state = RebuildState::cancelled;
    rebuild.finished_at = now;
    record(decision, std::move(rebuild));
    return decision;
}

}  // namespace terrace::core
