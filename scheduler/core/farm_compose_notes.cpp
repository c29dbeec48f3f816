// What COMPOSE.json says of the decisions behind a compose. All of it is settled when the compose
// is decided, so it reads the same after a restart.
#include <algorithm>
#include <tuple>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"

namespace terrace::core {
namespace {

bool has(const std::vector<BuildId>& sorted, BuildId build) {
    return std::ranges::binary_search(sorted, build);
}

std::string why_withheld(const Comparison& comparison) {
    if (!comparison.verdict) return "It was not compared with the baseline.";
    std::string why = "Its verdict is " + name_of(*comparison.verdict);
    return why + (comparison.reason.empty() ? "." : ": " + comparison.reason);
}

std::string why_not_built(const Build& build) {
    const std::string outcome = build.outcome ? " (" + name_of(*build.outcome) + ")" : "";
    return "Its build " + std::to_string(build.id.value) + " is " + name_of(build.state) + outcome +
           ".";
}

}  // namespace

std::vector<BuildNote> Farm::notes_of(const Compose& compose) const {
    static const std::vector<BuildId> kNone;
    const auto content = state_.compose_builds.find(compose.id);
    if (content == state_.compose_builds.end()) return {};
    const auto base =
        compose.base ? state_.compose_builds.find(*compose.base) : state_.compose_builds.end();
    const std::vector<BuildId>& before =
        base == state_.compose_builds.end() ? kNone : base->second.builds;
    std::map<BuildId, Verdict> verdicts;  // of this rebuild
    const auto comparisons = comparisons_of_.find(compose.rebuild);
    if (comparisons != comparisons_of_.end()) {
        for (const ComparisonId id : comparisons->second) {
            const Comparison& comparison = state_.comparisons.at(id);
            if (comparison.promoted && comparison.verdict)
                verdicts[origins_of(comparison).second] = *comparison.verdict;
        }
    }
    std::vector<BuildNote> notes;
    for (const BuildId id : content->second.builds) {
        const Build& build = state_.builds.at(id);
        BuildNote note{id, build.variant, build.attempts, has(before, id), std::nullopt};
        const auto own = comparisons_of_build_.find(id);
        if (const auto decided = verdicts.find(id); decided != verdicts.end()) {
            note.verdict = decided->second;
        } else if (own != comparisons_of_build_.end()) {
            for (const ComparisonId comparison_id : own->second) {
                const Comparison& comparison = state_.comparisons.at(comparison_id);
                if (comparison.promoted && comparison.variant_build == id)
                    note.verdict = comparison.verdict;
            }
        }
        notes.push_back(std::move(note));
    }
    return notes;
}

std::vector<Withheld> Farm::withheld_from(const Compose& compose) const {
    const auto content = state_.compose_builds.find(compose.id);
    if (content == state_.compose_builds.end()) return {};
    std::map<BuildId, const Comparison*> compared;  // by the variant's build, as in this rebuild
    const auto comparisons = comparisons_of_.find(compose.rebuild);
    if (comparisons != comparisons_of_.end()) {
        for (const ComparisonId id : comparisons->second) {
            const Comparison& comparison = state_.comparisons.at(id);
            // Of several CPU vendors the one that kept it back.
            const Comparison*& kept = compared[comparison.variant_build];
            if (!kept || kept->verdict == Verdict::promote) kept = &comparison;
        }
    }
    std::vector<Withheld> withheld;
    for (const BuildId id : builds_of_.at(compose.rebuild)) {
        const Build& build = state_.builds.at(id);
        if (has(content->second.builds, origin_of(build).id)) continue;
        Withheld row{state_.source_packages.at(build.source_package).name, build.variant, "", {}};
        const auto comparison = compared.find(id);
        if (build.state != BuildState::succeeded) {
            row.why = why_not_built(build);
        } else if (comparison == compared.end()) {
            row.why = "The stream has a newer one, or its baseline is not in the compose.";
        } else {
            row.why = why_withheld(*comparison->second);
            row.verdict = comparison->second->verdict;
        }
        withheld.push_back(std::move(row));
    }
    std::ranges::sort(withheld, {},
                      [](const Withheld& row) { return std::tie(row.source, row.variant); });
    return withheld;
}

}  // namespace terrace::core
