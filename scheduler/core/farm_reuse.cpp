// Which builds a source package gets in a rebuild, and which earlier ones take part again.
#include <algorithm>

#include "common/vocab/sha256.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {
namespace {

/// As rpmbuild does, tried with 4.18. The header has the names that macros such as %{ix86} stood
/// for. They are compared with the arch that is built for, whole words: x86_64 is not x86_64_v3.
/// That is so for a noarch package, too, whether or not it names noarch.
bool arch_allowed(const SourcePackage& package, const VariantSpec& variant) {
    const auto names = [&](const std::vector<std::string>& archs) {
        return std::ranges::find(archs, variant.target_arch) != archs.end();
    };
    if (!package.exclusive_arch.empty() && !names(package.exclusive_arch)) return false;
    return !names(package.exclude_arch);
}

std::string rule_digest(const PackageRule& rule) {
    const std::string check = rule.skip_check.empty() ? "check" : "nocheck";
    return sha256_of_text(rule.extra_flags + "\n" + check).hex;
}

}  // namespace

/// docs/architecture.md, section 5. What the release's rule for the package changes is part of it.
std::string Farm::identity_of(const Rebuild& rebuild, const Build& build) const {
    const SourcePackage& package = state_.source_packages.at(build.source_package);
    const ReleaseSpec& release = config_->releases.at(rebuild.release);
    std::string identity = package.srpm_digest.hex + "/" + release.variant(build.variant)->digest +
                           "/" + rebuild.seed.hex;
    const PackageRule& rule = release.rule(package.name);
    if (!rule.extra_flags.empty() || !rule.skip_check.empty()) identity += "/" + rule_digest(rule);
    if (rebuild.mode == Mode::flat) return identity;
    std::vector<std::string> digests;
    for (const RpmFile& rpm : buildroot_rpms_of(build)) digests.push_back(rpm.digest.hex);
    std::ranges::sort(digests);
    std::string all;
    for (const std::string& digest : digests) all += digest + "\n";
    // A build that took nothing but the seed is what it would be in flat mode.
    return digests.empty() ? identity : identity + "/" + sha256_of_text(all).hex;
}

/// The earlier builds that take part again, by variant. All of them have the dist of the
/// baseline's, and what is built anew beside them will have it, too; so a baseline is reused only
/// where no other build owns, or may come to own, those NEVRAs of a variant: a NEVRA never gets
/// other content.
std::map<std::string, BuildId> Farm::choose_reuse(const Rebuild& rebuild,
                                                  const std::vector<Build>& siblings) const {
    if (siblings.empty()) return {};
    const std::string& baseline = config_->releases.at(rebuild.release).baseline().name;
    if (siblings.front().variant != baseline) return {};
    const std::string& package = state_.source_packages.at(siblings.front().source_package).name;
    const auto baselines = succeeded_by_identity_.find(siblings.front().identity);
    if (baselines == succeeded_by_identity_.end()) return {};
    for (auto candidate = baselines->second.rbegin(); candidate != baselines->second.rend();
         ++candidate) {
        const std::string& dist = candidate->second;
        std::map<std::string, BuildId> reuse = {{baseline, candidate->first}};
        bool clash = false;
        for (std::size_t i = 1; i < siblings.size(); ++i) {
            const std::string& name = siblings[i].variant;
            const auto same = succeeded_by_identity_.find(siblings[i].identity);
            if (same != succeeded_by_identity_.end()) {
                for (const auto& [id, its_dist] : same->second) {
                    if (its_dist == dist) reuse[name] = id;
                }
            }
            clash |=
                !reuse.contains(name) && claims_.contains({rebuild.release, package, name, dist});
        }
        if (!clash) return reuse;
    }
    return {};
}

std::vector<Build> Farm::siblings_of(const Rebuild& rebuild, const SourcePackage& package) const {
    const ReleaseSpec& release = config_->releases.at(rebuild.release);
    const PackageRule& rule = release.rule(package.name);
    std::vector<Build> siblings;
    if (!arch_allowed(package, release.baseline())) return siblings;  // nothing can be published
    for (const std::string& name : rebuild.variants) {
        const VariantSpec& variant = *release.variant(name);
        const bool is_baseline = &variant == &release.baseline();
        if (!is_baseline && (package.noarch || !arch_allowed(package, variant) ||
                             std::ranges::find(rule.never, name) != rule.never.end()))
            continue;
        Build build;
        build.rebuild = rebuild.id;
        build.source_package = package.id;
        build.variant = name;
        build.flags = sha256_of_text(variant.digest + "/" + rule_digest(rule)).hex;
        build.dist = "." + release.dist_suffix + "." + std::to_string(rebuild.counter);
        if (rebuild.mode == Mode::flat) build.identity = identity_of(rebuild, build);
        siblings.push_back(std::move(build));
    }
    return siblings;
}

void Farm::settle_siblings(const Rebuild& rebuild,
                           std::vector<Build> siblings,
                           TimePoint now,
                           Decision& decision) {
    for (Build& build : siblings) build.identity = identity_of(rebuild, build);
    const std::map<std::string, BuildId> reuse = choose_reuse(rebuild, siblings);
    for (Build& build : siblings) {
        if (!reuse.empty()) build.dist = state_.builds.at(reuse.begin()->second).dist;
        const BuildId id = build.id;
        if (const auto earlier = reuse.find(build.variant); earlier != reuse.end()) {
            sim_mark("build reused");
            build.reused_from = earlier->second;
            build.outcome = Outcome::ok;
            const Build& origin = state_.builds.at(earlier->second);
            build.code_identity = origin.code_identity;
            build.level_used = origin.level_used;
            build.audit_findings = origin.audit_findings;
            build.interfaces = origin.interfaces;
            build.compilers = origin.compilers;
            build.abi = origin.abi;
            build.installed_bytes = origin.installed_bytes;
            move(std::move(build), BuildEvent::reused, now, decision);
            if (rebuild.mode == Mode::ordered) build_ended(id, now, decision);
        } else {
            build.ready_at = now;
            move(std::move(build), BuildEvent::deps_settled, now, decision);
        }
    }
}

}  // namespace terrace::core
