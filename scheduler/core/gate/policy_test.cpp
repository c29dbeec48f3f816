#include "scheduler/core/gate/policy_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/vocab/names.hpp"
#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/gate/close_comparisons.hpp"
#include "scheduler/core/gate/stages.hpp"
#include "scheduler/core/verdict.hpp"

namespace terrace::core {
namespace {

/// One comparison on its way: as it would be decided, or why that cannot be said.
struct Retried {
    const GateFacts* facts = nullptr;
    Comparison after;
    std::string unknown;  ///< a sentence; empty: it is known
};

class Judge {
public:
    explicit Judge(const GatePolicy& policy) : policy_(policy) {}

    Judgement judge(const BenchmarkFile& file, const Progress& progress) {
        const auto primaries =
            std::ranges::count(file.benchmarks, BenchmarkRole::primary, &Benchmark::role);
        auto gate = gates_.find(primaries);
        if (gate == gates_.end()) gate = gates_.emplace(primaries, gate_of(policy_, file)).first;
        return core::judge(gate->second, policy_, file, progress);
    }

private:
    const GatePolicy& policy_;
    std::map<std::ptrdiff_t, SequentialGate> gates_;  ///< by the number of primary benchmarks
};

void retry(Retried& row, const std::map<ComparisonId, Measured>& measured, Judge& judge) {
    const Comparison& before = row.facts->comparison;
    if (before.results.empty()) return;  // nothing was measured: no policy makes a verdict of it
    if (!row.facts->benchmark) {
        row.unknown = "Its benchmark file is gone.";
        return;
    }
    const BenchmarkFile& file = *row.facts->benchmark;
    const auto found = measured.find(measured_as(before));
    Progress progress;
    if (found != measured.end()) progress = progress_of(found->second, before.cpu, digest_of(file));
    if (progress.pairs == 0) {
        row.unknown = "Its benchmark file is another one than was measured.";
        return;
    }
    Judgement judgement = judge.judge(file, progress);
    if (judgement.pairs_next) {
        row.unknown = fmt::format("It would be measured up to {} pairs, and {} are stored.",
                                  *judgement.pairs_next, progress.pairs);
        return;
    }
    row.after.verdict = judgement.verdict;
    row.after.reason = std::move(judgement.reason);
    row.after.results = std::move(judgement.results);
    if (before.p) row.after.p = judgement.p;
}

/// Of one package and variant, on each CPU vendor.
using Siblings = std::vector<Retried*>;

std::vector<Siblings> siblings_in(std::vector<Retried>& rows) {
    std::map<std::pair<std::string, std::string>, Siblings> by_name;
    for (Retried& row : rows) by_name[{row.after.variant, row.facts->package}].push_back(&row);
    std::vector<Siblings> all;
    for (auto& [name, siblings] : by_name) all.push_back(std::move(siblings));
    return all;
}

/// What is not known counts as it was decided: the others' families must have their size.
void close_families_anew(const std::vector<Siblings>& all, double false_discovery_max) {
    std::map<std::string, std::vector<OfPackage>> by_variant;
    for (const Siblings& siblings : all) {
        OfPackage package;
        for (Retried* row : siblings) package.push_back(&row->after);
        by_variant[package.front()->variant].push_back(std::move(package));
    }
    for (const auto& [variant, packages] : by_variant)
        close_comparisons(packages, false_discovery_max);
}

/// The stages of what these comparisons say, by that policy.
std::vector<StageResult> stages_of(const GateFacts& facts,
                                   std::vector<const Comparison*> comparisons,
                                   const GatePolicy& policy) {
    return gate_stages({.baseline = &facts.baseline,
                        .variant = &facts.variant,
                        .comparisons = std::move(comparisons),
                        .baseline_rpms = facts.baseline_rpms,
                        .variant_rpms = facts.variant_rpms,
                        .rule = &facts.rule,
                        .waivers = facts.waivers,
                        .now = facts.comparison.decided_at.value_or(TimePoint{})},
                       policy);
}

/// The gate's answer to one package and variant, and the first stage that holds it.
struct Answer {
    bool ships = false;
    std::string why;
};

Answer answer_to(const Siblings& siblings, const GatePolicy& before, const GatePolicy& policy) {
    const GateFacts& facts = *siblings.front()->facts;
    std::vector<const Comparison*> stored;
    std::vector<const Comparison*> retried;
    for (const Retried* row : siblings) {
        stored.push_back(&row->facts->comparison);
        retried.push_back(&row->after);
    }
    const std::vector<StageResult> stages = stages_of(facts, std::move(retried), policy);
    for (const StageResult& stage : stages) {
        if (stage.state == StageState::passed || stage.state == StageState::waived) continue;
        return {false, fmt::format("Stage {}: {}", name_of(stage.stage), stage.reason)};
    }
    const bool held_otherwise =
        !facts.comparison.promoted &&
        gate_answer(stages_of(facts, std::move(stored), before)) == GateAnswer::ships;
    if (held_otherwise) return {false, "What held it is none of its own stages."};
    return {true, ""};
}

}  // namespace

ComparisonId measured_as(const Comparison& comparison) {
    return comparison.inherited_from.value_or(comparison.id);
}

PolicyTest test_policy(const GateFactsOfRebuild& facts,
                       const std::map<ComparisonId, Measured>& measured,
                       const GatePolicy& policy) {
    PolicyTest test;
    test.rebuild = facts.rebuild;
    std::vector<Retried> rows;
    Judge judge(policy);
    for (const GateFacts& row : facts.rows) {
        rows.push_back({&row, row.comparison, ""});
        if (row.comparison.verdict) retry(rows.back(), measured, judge);
    }
    const std::vector<Siblings> all = siblings_in(rows);
    close_families_anew(all, policy.false_discovery_max);
    for (const Siblings& siblings : all) {
        const bool known =
            std::ranges::all_of(siblings, [](const Retried* row) { return row->unknown.empty(); });
        const Answer answer = known ? answer_to(siblings, facts.policy, policy) : Answer{};
        for (const Retried* row : siblings) {
            const Comparison& before = row->facts->comparison;
            if (!before.verdict) {
                test.open += is_final(before.state) ? 0 : 1;
                continue;
            }
            ++test.compared;
            PolicyTestRow shown{.package = row->facts->package,
                                .variant = before.variant,
                                .vendor = before.vendor,
                                .before = *before.verdict,
                                .after = {},
                                .ships_before = before.promoted,
                                .ships_after = {},
                                .why = row->unknown};
            if (row->unknown.empty()) shown.after = row->after.verdict;
            if (!known) {
                if (shown.why.empty()) shown.why = "Another CPU vendor's samples cannot say.";
                test.unknown.push_back(std::move(shown));
                continue;
            }
            shown.ships_after = answer.ships;
            shown.why = answer.ships ? row->after.reason : answer.why;
            if (shown.after != shown.before || shown.ships_after != shown.ships_before)
                test.changes.push_back(std::move(shown));
        }
    }
    return test;
}

}  // namespace terrace::core
