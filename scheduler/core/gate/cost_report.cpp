#include "scheduler/core/gate/cost_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "common/vocab/names.hpp"

namespace terrace::core {
namespace {

using GateByRow = std::map<std::pair<std::string, std::string>, const GateRow*>;

/// What a compose shows is what ships; before there is one, what the gate has decided will.
Ships ships_of(const ComparedRebuild& rebuild, const ComparedRow& row) {
    const Ships without = row.of_baseline.built ? Ships::baseline : Ships::nothing;
    if (rebuild.compose) return row.composed ? Ships::variant : without;
    switch (rebuild.state) {
        case RebuildState::running: return Ships::undecided;  // its family is open
        case RebuildState::composing: return row.promoted ? Ships::variant : without;
        case RebuildState::finished:
        case RebuildState::failed:
        case RebuildState::cancelled: return Ships::nothing;
    }
    return Ships::nothing;
}

const StageResult* first_not_passed(const GateRow& gate) {
    for (const StageResult& stage : gate.stages) {
        if (stage.state != StageState::passed && stage.state != StageState::waived) return &stage;
    }
    return nullptr;
}

void say_why_held(const ComparedRebuild& rebuild,
                  const ComparedRow& row,
                  const GateRow* gate,
                  CostRow& shown) {
    if (shown.ships == Ships::variant) return;
    if (row.promoted) {
        shown.why_held = rebuild.compose
                             ? fmt::format(
                                   "The gate passed it, and a rule of the compose left it "
                                   "out: see terrace repo show {}.",
                                   rebuild.compose->value)
                             : "The gate passed it, and no compose of the rebuild was published.";
        return;
    }
    const StageResult* by = gate ? first_not_passed(*gate) : nullptr;
    if (!by) {
        shown.why_held = "It passes every stage now, and did not when the rebuild was decided.";
        if (shown.ships == Ships::undecided)
            shown.why_held = "It waits for the rebuild's other comparisons.";
        return;
    }
    shown.held_by = by->stage;
    shown.why_held = by->reason;
}

CostRow shown_row(const ComparedRebuild& rebuild, const ComparedRow& row, const GateRow* gate) {
    CostRow shown;
    shown.comparison = row.id;
    shown.package = row.package;
    shown.variant = row.variant;
    shown.verdict = row.verdict;
    shown.reason = row.reason;
    shown.results = row.results;
    shown.cpu = row.cpu;
    shown.inherited_from = row.inherited_from;
    shown.ships = ships_of(rebuild, row);
    say_why_held(rebuild, row, gate, shown);
    shown.of_baseline = row.of_baseline;
    shown.of_variant = row.of_variant;
    if (row.of_baseline.built && row.of_variant.built && row.of_baseline.bytes > 0) {
        shown.size_ratio =
            static_cast<double>(row.of_variant.bytes) / static_cast<double>(row.of_baseline.bytes);
    }
    shown.measuring = row.measuring;
    return shown;
}

void ship(Bill& bill, const SideCost& side) {
    ++bill.packages;
    bill.bytes += side.bytes;
    bill.debug_bytes += side.debug_bytes;
}

/// `first`: of its package; the builds of one that is compared more than once are paid for once.
void add(VariantCost& cost, const CostRow& row, bool first) {
    cost.gated.measuring_cpu_ms += row.measuring.cpu_ms;
    cost.gated.held_ms += row.measuring.held_ms;
    if (!first) return;
    ++cost.packages;
    ++cost.verdicts[row.verdict ? name_of(*row.verdict) : "none"];
    ++cost.ships[name_of(row.ships)];
    const SideCost& side = row.of_variant;
    const std::int64_t cpu_ms = side.cpu_ms.value_or(0);
    // What failed to build has taken its time as well.
    cost.whole.build_cpu_ms += cpu_ms;
    cost.gated.build_cpu_ms += cpu_ms;
    if (side.reused) cost.reused_cpu_ms += cpu_ms;
    if (side.built) ship(cost.whole, side);
    if (row.ships != Ships::variant) return;
    ship(cost.gated, side);
    ship(cost.kept_up, side);
    cost.kept_up.build_cpu_ms += cpu_ms;
}

/// "1 package", "2 packages"; and what they do, in the number that fits.
std::string packages(std::size_t count, const char* one, const char* many) {
    return fmt::format("{} {} {}", count, count == 1 ? "package" : "packages",
                       count == 1 ? one : many);
}

std::vector<std::string> unknowns_of(const std::vector<const CostRow*>& rows) {
    std::vector<std::string> sentences;
    const auto tell = [&](auto applies, const char* one, const char* many) {
        const auto count = static_cast<std::size_t>(
            std::ranges::count_if(rows, [&](const CostRow* row) { return applies(*row); }));
        if (count > 0) sentences.push_back(packages(count, one, many));
        return count;
    };
    const auto has = [](Verdict verdict) {
        return [verdict](const CostRow& row) { return row.verdict == verdict; };
    };
    tell([](const CostRow& row) { return !row.verdict && row.ships == Ships::undecided; },
         "has no verdict yet.", "have no verdict yet.");
    tell([](const CostRow& row) { return !row.of_baseline.built || !row.of_variant.built; },
         "is not built on both sides: its gain and its size are not known.",
         "are not built on both sides: their gain and their size are not known.");
    tell(has(Verdict::no_benchmark), "has no benchmark: what it gains or loses is not known.",
         "have no benchmark: what they gain or lose is not known.");
    tell(
        [](const CostRow& row) {
            return row.verdict == Verdict::hold || row.verdict == Verdict::unstable;
        },
        "was measured, or was to be, without an answer (hold, unstable).",
        "were measured, or were to be, without an answer (hold, unstable).");
    tell([](const CostRow& row) { return row.inherited_from.has_value(); },
         "has its verdict from an earlier rebuild: what measuring it took is no part of this.",
         "have their verdict from an earlier rebuild: what measuring them took is no part of "
         "this.");
    std::int64_t without_cpu = 0;
    std::set<std::string> cpus;
    bool measured = false;
    for (const CostRow* row : rows) {
        without_cpu += row->of_variant.attempts_without_cpu;
        if (!row->results.empty()) cpus.insert(row->cpu);
        measured = measured || row->measuring.attempts > 0;
    }
    if (without_cpu > 0) {
        sentences.push_back(
            fmt::format("{} of the variant's builds ended without a figure of CPU "
                        "time, and {} no part of the sums.",
                        without_cpu == 1 ? "One attempt" : fmt::format("{} attempts", without_cpu),
                        without_cpu == 1 ? "is" : "are"));
    }
    if (!cpus.empty()) {
        sentences.push_back(fmt::format(
            "Gains are those on {}; what they are on another CPU is not known. They are of the "
            "benchmarks that were run, not of all that a package does.",
            fmt::join(cpus, " and ")));
    }
    if (measured) {
        sentences.push_back(
            "CPU time of measuring is that of the runs that are kept as samples. Warm-ups, "
            "rejected runs and making the roots are only in the time for which a host was held.");
    }
    sentences.push_back(
        "Bytes are those of the RPM files, as a mirror holds them. What mirrors, tests and support "
        "cost is not in any of these figures.");
    return sentences;
}

}  // namespace

CostReport cost_report(const ComparedRebuild& rebuild, const std::vector<GateRow>& gate) {
    GateByRow gates;
    for (const GateRow& row : gate) gates[{row.variant, row.package}] = &row;
    CostReport report;
    report.rebuild = rebuild.id;
    report.release = rebuild.release;
    report.state = name_of(rebuild.state);
    report.created_at = rebuild.created_at;
    report.finished_at = rebuild.finished_at;
    report.compose = rebuild.compose;
    for (const ComparedRow& row : rebuild.comparisons) {
        const auto found = gates.find({row.variant, row.package});
        report.rows.push_back(
            shown_row(rebuild, row, found == gates.end() ? nullptr : found->second));
    }
    std::ranges::sort(report.rows, {}, [](const CostRow& row) {
        return std::tuple(row.variant, row.package, row.comparison);
    });
    std::map<std::string, std::vector<const CostRow*>> by_variant;
    for (const CostRow& row : report.rows) by_variant[row.variant].push_back(&row);
    for (const auto& [variant, rows] : by_variant) {
        VariantCost cost;
        cost.variant = variant;
        std::set<std::string> seen;
        for (const CostRow* row : rows) add(cost, *row, seen.insert(row->package).second);
        cost.unknowns = unknowns_of(rows);
        report.variants.push_back(std::move(cost));
    }
    return report;
}

}  // namespace terrace::core
