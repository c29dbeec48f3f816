// The end of a rebuild's comparisons: its promotions are tested together, and what passes the gate
// ships.
#include <map>
#include <set>
#include <utility>

#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/close_comparisons.hpp"
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

void Farm::close_family_of(RebuildId rebuild, const std::string& variant, Decision& decision) {
    std::map<ComparisonId, Comparison> rows;
    std::vector<OfPackage> packages;
    for (const std::vector<ComparisonId>& all : gated_in(rebuild)) {
        if (state_.comparisons.at(all.front()).variant != variant) continue;
        OfPackage package;
        for (const ComparisonId id : all)
            package.push_back(&rows.emplace(id, state_.comparisons.at(id)).first->second);
        packages.push_back(std::move(package));
    }
    close_comparisons(packages, release_of(rebuild).gate.false_discovery_max);
    for (auto& [id, row] : rows) {
        const Comparison& before = state_.comparisons.at(id);
        if (row.verdict != before.verdict) sim_mark("promotion is no discovery");
        if (row != before) record(decision, std::move(row));
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
