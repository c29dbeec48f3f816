#include "scheduler/core/compose_plan.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "scheduler/core/compose_rules.hpp"

namespace terrace::core {
namespace {

constexpr const char* kSourceRepo = "source";
constexpr std::size_t kNamesShown = 20;

std::string repo_for(const std::string& variant, const RpmFile& rpm) {
    return variant + (rpm.debug ? "/debug" : "/os");
}

ComposePackage row_for(const RpmFile& rpm,
                       const std::string& repo,
                       const std::string& source,
                       BuildId build) {
    ComposePackage row;
    static_cast<RpmFile&>(row) = rpm;
    row.repo = repo;
    row.source = source;
    row.build = build;
    return row;
}

bool is_of_a_level(const RpmFile& rpm) {
    return rpm.nevra.arch != "src" && rpm.nevra.arch != "noarch";
}

/// Name and EVR of all that a client may install and that each level compiles anew.
std::map<std::string, Evr> binaries_of(const SourceOutcome::Side& side) {
    std::map<std::string, Evr> binaries;
    for (const RpmFile& rpm : side.rpms) {
        if (is_of_a_level(rpm) && !rpm.debug) binaries[rpm.nevra.name] = rpm.nevra.evr();
    }
    return binaries;
}

/// Why a variant's build cannot stand in for the baseline's; empty if it can.
std::string difference_of(const SourceOutcome::Side& baseline, const SourceOutcome::Side& variant) {
    const auto wanted = binaries_of(baseline);
    const auto made = binaries_of(variant);
    for (const auto& [name, evr] : wanted) {
        const auto found = made.find(name);
        if (found == made.end()) return "it lacks " + name;
        if (found->second != evr) {
            return "its " + name + " is " + to_string(found->second) + ", not " + to_string(evr);
        }
    }
    for (const auto& [name, evr] : made) {
        if (!wanted.contains(name)) return "the baseline has no " + name;
    }
    return "";
}

/// What the baseline's users have, by name.
std::map<std::string, Evr> published_evrs(const ReleaseSpec& release,
                                          const std::vector<ComposePackage>& base) {
    std::map<std::string, Evr> evrs;
    for (const ComposePackage& row : base) {
        if (row.repo == release.baseline().name + "/os") evrs[row.nevra.name] = row.nevra.evr();
    }
    return evrs;
}

bool goes_back(const std::map<std::string, Evr>& published, const SourceOutcome& outcome) {
    return std::ranges::any_of(outcome.baseline.rpms, [&](const RpmFile& rpm) {
        const auto found = published.find(rpm.nevra.name);
        return rpm.nevra.arch != "src" && found != published.end() &&
               rpm.nevra.evr() < found->second;
    });
}

/// The steps of a plan, in this order; each keeps what the ones before it have established.
class Planner {
public:
    explicit Planner(const ReleaseSpec& release) : release_(release) {}

    void carry(const std::vector<ComposePackage>& base, const std::set<std::string>& replaced) {
        for (const ComposePackage& row : base) {
            if (replaced.contains(row.source)) continue;
            const bool of_baseline =
                row.repo == kSourceRepo || row.repo.starts_with(release_.baseline().name + "/");
            if (of_baseline) rows_.push_back(row);
            for (const VariantSpec& variant : variants()) {
                if (is_at_level(release_, variant, row)) rows_.push_back(row);
            }
        }
    }

    void add(const SourceOutcome& outcome) {
        const std::string& source = outcome.source;
        for (const RpmFile& rpm : outcome.baseline.rpms) {
            const bool is_source = rpm.nevra.arch == "src";
            rows_.push_back(
                row_for(rpm, is_source ? kSourceRepo : repo_for(release_.baseline().name, rpm),
                        source, outcome.baseline.build));
        }
        for (const auto& [variant, side] : outcome.promoted) {
            if (const std::string why = difference_of(outcome.baseline, side); !why.empty()) {
                note(source, variant, why);
                continue;
            }
            for (const RpmFile& rpm : side.rpms) {
                // noarch packages are the baseline's, shared by all; one SRPM is enough.
                if (!is_of_a_level(rpm)) continue;
                rows_.push_back(row_for(rpm, repo_for(variant, rpm), source, side.build));
            }
        }
    }

    /// A source may be of several groups: what one loses, another may be no more whole without.
    void keep_groups_whole() {
        for (bool changed = true; changed;) {
            changed = false;
            for (const AbiGroup& group : release_.compose.abi_groups) {
                for (const VariantSpec& variant : variants()) changed |= keep_whole(group, variant);
            }
        }
    }

    /// Of those with `encoding: arch`.
    void fill_variants() {
        const std::string prefix = release_.baseline().name + "/";
        std::vector<ComposePackage> copies;
        for (const ComposePackage& row : rows_) {
            if (!row.repo.starts_with(prefix)) continue;
            for (const VariantSpec& variant : variants()) {
                if (variant.encoding != Encoding::arch) continue;
                copies.push_back(row);
                copies.back().repo = repo_for(variant.name, row);
            }
        }
        rows_.insert(rows_.end(), copies.begin(), copies.end());
        std::ranges::sort(rows_, {}, [](const ComposePackage& row) {
            return std::tie(row.repo, row.filename, row.source);
        });
    }

    /// "zlib.x86_64_v3" of what clients may have and is not there at that level any more, while it
    /// still is at the baseline's.
    std::vector<std::string> stalled_after(const PublishedBase& base) const {
        std::set<std::string> once = at_level_by_arch(base.packages);
        once.insert(base.stalled.begin(), base.stalled.end());
        const std::set<std::string> now = at_level_by_arch(rows_);
        std::vector<std::string> stalled;
        for (const VariantSpec& variant : variants()) {
            for (const ComposePackage& row : rows_) {
                if (variant.encoding != Encoding::arch || row.repo != variant.name + "/os" ||
                    !is_of_a_level(row)) {
                    continue;
                }
                std::string name = row.nevra.name + "." + variant.target_arch;
                if (once.contains(name) && !now.contains(name)) stalled.push_back(std::move(name));
            }
        }
        std::ranges::sort(stalled);
        stalled.erase(std::unique(stalled.begin(), stalled.end()), stalled.end());
        return stalled;
    }

    ComposePlan finish() && { return {std::move(rows_), {}, std::move(notes_), {}}; }

private:
    /// All but the baseline.
    std::span<const VariantSpec> variants() const {
        return std::span(release_.variants).subspan(1);
    }

    /// "zlib.x86_64_v3": where the architecture says the level.
    std::set<std::string> at_level_by_arch(const std::vector<ComposePackage>& rows) const {
        std::set<std::string> found;
        for (const ComposePackage& row : rows) {
            for (const VariantSpec& variant : variants()) {
                const bool tells = variant.encoding == Encoding::arch && !row.debug;
                if (tells && is_at_level(release_, variant, row))
                    found.insert(row.nevra.name + "." + row.nevra.arch);
            }
        }
        return found;
    }

    /// Whether it took anything out.
    bool keep_whole(const AbiGroup& group, const VariantSpec& variant) {
        const std::set<std::string> sources(group.sources.begin(), group.sources.end());
        std::set<std::string> compiled;
        std::set<std::string> at_level;
        for (const ComposePackage& row : rows_) {
            if (!sources.contains(row.source) || row.debug || !is_of_a_level(row)) continue;
            if (row.repo == release_.baseline().name + "/os") compiled.insert(row.source);
            if (is_at_level(release_, variant, row)) at_level.insert(row.source);
        }
        if (at_level.empty() || at_level == compiled) return false;
        std::vector<std::string> missing;
        std::ranges::set_difference(compiled, at_level, std::back_inserter(missing));
        std::erase_if(rows_, [&](const ComposePackage& row) {
            return sources.contains(row.source) && is_at_level(release_, variant, row);
        });
        for (const std::string& source : at_level) {
            note(source, variant.name,
                 "its ABI group '" + group.name + "' is not whole without " + missing.front());
        }
        return true;
    }

    void note(const std::string& source, const std::string& variant, const std::string& why) {
        notes_.push_back(source + " is left out of " + variant + ": " + why + ".");
    }

    const ReleaseSpec& release_;
    std::vector<ComposePackage> rows_;
    std::vector<std::string> notes_;
};

/// "a, b and 3 more"
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    const std::size_t shown = std::min(names.size(), kNamesShown);
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (shown < names.size()) text += " and " + std::to_string(names.size() - shown) + " more";
    return text;
}

std::string why_stalls_are_refused(const ReleaseSpec& release,
                                   const PublishedBase& base,
                                   const std::vector<std::string>& stalled) {
    if (release.compose.allow_stall == AllowStall::distro_sync) return "";
    std::vector<std::string> fresh;
    for (const std::string& name : stalled) {
        if (std::ranges::find(base.stalled, name) == base.stalled.end()) fresh.push_back(name);
    }
    if (fresh.empty()) return "";
    return "The stream has " + listed(fresh) +
           " and would have the baseline's build alone, which `dnf upgrade` never changes to: "
           "clients that have them would get no update any more. Have them built and promoted "
           "again, or set compose.allow_stall to distro-sync in the release file and tell users to "
           "run `dnf distro-sync`.";
}

}  // namespace

std::vector<std::string> compose_repos(const ReleaseSpec& release) {
    std::vector<std::string> repos;
    for (const VariantSpec& variant : release.variants) {
        repos.push_back(variant.name + "/os");
        repos.push_back(variant.name + "/debug");
    }
    repos.emplace_back(kSourceRepo);
    return repos;
}

bool is_at_level(const ReleaseSpec& release,
                 const VariantSpec& variant,
                 const ComposePackage& row) {
    if (variant.name == release.baseline().name || !row.repo.starts_with(variant.name + "/") ||
        !is_of_a_level(row)) {
        return false;
    }
    return variant.encoding == Encoding::flags || row.nevra.arch == variant.target_arch;
}

ComposePlan plan_compose(const ReleaseSpec& release,
                         const PublishedBase& base,
                         const std::vector<SourceOutcome>& rebuilt) {
    const std::map<std::string, Evr> published = published_evrs(release, base.packages);
    std::map<std::string, const SourceOutcome*> replacing;
    std::set<std::string> replaced;
    for (const SourceOutcome& outcome : rebuilt) {
        if (goes_back(published, outcome)) continue;
        replacing[outcome.source] = &outcome;
        replaced.insert(outcome.source);
    }
    Planner planner(release);
    planner.carry(base.packages, replaced);
    for (const auto& [source, outcome] : replacing) planner.add(*outcome);
    planner.keep_groups_whole();
    planner.fill_variants();
    std::vector<std::string> stalled = planner.stalled_after(base);
    ComposePlan plan = std::move(planner).finish();
    plan.stalled = std::move(stalled);
    if (const auto broken = broken_compose_rules(release, plan.packages); !broken.empty()) {
        plan.error = broken.front();
        if (broken.size() > 1)
            plan.error += " And " + std::to_string(broken.size() - 1) + " more of such.";
    } else {
        plan.error = why_stalls_are_refused(release, base, plan.stalled);
    }
    return plan;
}

}  // namespace terrace::core
