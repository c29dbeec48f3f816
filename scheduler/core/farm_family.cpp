// The end of a rebuild's comparisons: its promotions are tested together, and what passes the gate
// ships.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/close_family.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

/// Of each variant of each package all its comparisons, in the order of their ids.
std::vector<std::vector<ComparisonId>> Farm::gated_in(RebuildId rebuild) const {
    std::vector<std::vector<ComparisonId>> gated;
    const auto comparisons = comparisons_of_.find(rebuild);
    if (comparisons == comparisons_of_.end()) return gated;
    for (const ComparisonId id : comparisons->second) {
        const auto& all = gated_with(state_.comparisons.at(id));
        if (all.front() == id) gated.push_back(all);
    }
    return gated;
}

/// A package is one member, however many CPU vendors it was measured on: it is promoted only if it
/// gains on each, so the weakest of them speaks for it (an intersection-union test: Berger,
/// Technometrics 1982).
void Farm::close_family_of(RebuildId rebuild, const std::string& variant, Decision& decision) {
    const double false_discovery_max = release_of(rebuild).gate.false_discovery_max;
    std::vector<FamilyMember> members;
    std::vector<std::vector<ComparisonId>> rows_of;  // of each member
    for (const std::vector<ComparisonId>& all : gated_in(rebuild)) {
        if (state_.comparisons.at(all.front()).variant != variant) continue;
        FamilyMember member{"", Verdict::promote, 0};
        std::vector<ComparisonId> rows;
        for (const ComparisonId id : all) {
            const Comparison& row = state_.comparisons.at(id);
            if (!row.verdict) continue;
            if (*row.verdict != Verdict::promote) member.verdict = *row.verdict;
            if (!row.p) continue;
            member.package = state_.source_packages.at(row.source_package).name;
            member.p = std::max(member.p, *row.p);
            rows.push_back(id);
        }
        if (rows.empty()) continue;
        if (member.verdict != Verdict::promote) member.p = 1;  // an inherited one has none to give
        members.push_back(std::move(member));
        rows_of.push_back(std::move(rows));
    }
    const std::vector<FamilyVerdict> closed = close_family(members, false_discovery_max);
    for (std::size_t i = 0; i < members.size(); ++i) {
        for (const ComparisonId id : rows_of[i]) {
            Comparison row = state_.comparisons.at(id);
            row.p_adjusted = std::min(1.0, std::ceil(closed[i].p_adjusted * 1e6) / 1e6);
            if (closed[i].demoted) {
                sim_mark("promotion is no discovery");
                row.verdict = Verdict::hold;
                row.reason += fmt::format(
                    " But among the {} packages measured it is no discovery: its adjusted "
                    "p-value of {:.3f} is above {}.",
                    members.size(), closed[i].p_adjusted, false_discovery_max);
            }
            record(decision, std::move(row));
        }
    }
}

/// Once, when no comparison of the rebuild is open: of the promotions only the discoveries pass,
/// and of what passes the gate ships what has every stage.
void Farm::close_families(RebuildId rebuild, TimePoint now, Decision& decision) {
    const std::vector<std::vector<ComparisonId>> gated = gated_in(rebuild);
    std::set<std::string> variants;
    for (const auto& all : gated) variants.insert(state_.comparisons.at(all.front()).variant);
    for (const std::string& variant : variants) close_family_of(rebuild, variant, decision);
    const GateRows rows = gate_rows(rebuild, "", now);
    for (std::size_t i = 0; i < gated.size(); ++i) {
        if (rows.rows[i].answer != GateAnswer::ships) continue;
        for (const ComparisonId id : gated[i]) {
            Comparison row = state_.comparisons.at(id);
            if (!row.verdict) continue;
            row.promoted = true;
            record(decision, std::move(row));
        }
    }
}

}  // namespace terrace::core
