#include "scheduler/core/gate/policy_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/vocab/names.hpp"
#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/gate/close_family.hpp"
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

/// What is not known counts as it was decided: the others' families must have their size.
void close_families_anew(std::vector<Retried>& rows, double q) {
    std::map<std::string, std::vector<Retried*>> by_variant;
    for (Retried& row : rows) {
        if (row.after.p) by_variant[row.after.variant].push_back(&row);
    }
    for (auto& [variant, members] : by_variant) {
        std::vector<FamilyMember> family;
        for (const Retried* row : members)
            family.push_back({row->facts->package, *row->after.verdict, *row->after.p});
        const std::vector<FamilyVerdict> closed = close_family(family, q);
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (!closed[i].demoted) continue;
            members[i]->after.verdict = Verdict::hold;
            members[i]->after.reason += fmt::format(
                " But among the {} packages measured it is no discovery: its adjusted p-value of "
                "{:.3f} is above {}.",
                members.size(), closed[i].p_adjusted, q);
        }
    }
}

bool would_ship(const Retried& row, const GatePolicy& policy, std::string& why) {
    const GateFacts& facts = *row.facts;
    const std::vector<StageResult> stages =
        gate_stages({.baseline = &facts.baseline,
                     .variant = &facts.variant,
                     .comparison = &row.after,
                     .baseline_rpms = facts.baseline_rpms,
                     .variant_rpms = facts.variant_rpms,
                     .rule = &facts.rule,
                     .waivers = facts.waivers,
                     .now = facts.comparison.decided_at.value_or(TimePoint{})},
                    policy);
    for (const StageResult& stage : stages) {
        if (stage.state == StageState::passed || stage.state == StageState::waived) continue;
        why = fmt::format("Stage {}: {}", name_of(stage.stage), stage.reason);
        break;
    }
    return gate_answer(stages) == GateAnswer::ships;
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
        if (!row.comparison.verdict) {
            test.open += is_final(row.comparison.state) ? 0 : 1;
            continue;
        }
        ++test.compared;
        rows.push_back({&row, row.comparison, ""});
        retry(rows.back(), measured, judge);
    }
    close_families_anew(rows, policy.false_discovery_max);
    for (const Retried& row : rows) {
        const Comparison& before = row.facts->comparison;
        PolicyTestRow shown{.package = row.facts->package,
                            .variant = before.variant,
                            .before = *before.verdict,
                            .after = {},
                            .ships_before = before.promoted,
                            .ships_after = {},
                            .why = row.unknown};
        if (!row.unknown.empty()) {
            test.unknown.push_back(std::move(shown));
            continue;
        }
        shown.why = row.after.reason;
        shown.after = row.after.verdict;
        shown.ships_after = would_ship(row, policy, shown.why);
        if (shown.after != shown.before || shown.ships_after != shown.ships_before)
            test.changes.push_back(std::move(shown));
    }
    const auto by_name = [](const PolicyTestRow& row) {
        return std::tuple(row.variant, row.package);
    };
    std::ranges::sort(test.changes, {}, by_name);
    std::ranges::sort(test.unknown, {}, by_name);
    return test;
}

}  // namespace terrace::core
