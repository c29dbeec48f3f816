#include "scheduler/core/gate/verdict_stages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/vocab/names.hpp"

namespace terrace::core {
namespace {

StageResult result(GateStage stage, StageState state, std::string reason) {
    return {.stage = stage, .state = state, .reason = std::move(reason)};
}

bool was_measured(const Comparison& comparison) {
    return !comparison.results.empty();
}

/// Of one comparison.
StageResult measured_stage(const GateInput& in, const Comparison& row) {
    const auto say = [](StageState state, std::string reason) {
        return result(GateStage::comparison, state, std::move(reason));
    };
    switch (row.state) {
        case ComparisonState::waiting:
            return say(StageState::queued, "It waits for the builds of both sides.");
        case ComparisonState::ready:
            if (const auto why = in.unplaceable.find(row.id); why != in.unplaceable.end())
                return say(StageState::queued, "Unplaceable: " + why->second);
            return say(StageState::queued,
                       row.reason.empty() ? "It waits for a quiet host." : row.reason);
        case ComparisonState::leased: return say(StageState::running, "It is being measured.");
        case ComparisonState::cancelled: return say(StageState::missing, row.reason);
        case ComparisonState::decided: break;
    }
    if (was_measured(row)) return say(StageState::passed, "It was measured.");
    if (row.verdict == Verdict::hold) return say(StageState::failed, row.reason);
    return say(StageState::missing, row.reason);  // identical code, no benchmark
}

/// Of one comparison.
StageResult judged_stage(const Comparison& row, const GatePolicy& policy) {
    const auto say = [](StageState state, std::string reason) {
        return result(GateStage::verdict, state, std::move(reason));
    };
    if (row.state == ComparisonState::cancelled)
        return say(StageState::missing, "There is no verdict.");
    if (row.state != ComparisonState::decided)
        return say(StageState::queued, "It follows the comparison.");
    const std::string reason = name_of(*row.verdict) + ": " + row.reason;
    switch (*row.verdict) {
        case Verdict::promote: return say(StageState::passed, reason);
        case Verdict::no_benchmark:
            if (policy.no_benchmark == UndecidedPolicy::ship)
                return say(StageState::passed, reason + " The policy ships it all the same.");
            return say(StageState::missing, reason);
        case Verdict::hold:
            if (policy.hold == UndecidedPolicy::ship && was_measured(row))
                return say(StageState::passed, reason + " The policy ships it all the same.");
            return say(StageState::failed, reason);
        case Verdict::identical:
        case Verdict::equivalent:
        case Verdict::regress:
        case Verdict::unstable: return say(StageState::failed, reason);
    }
    return say(StageState::failed, reason);
}

/// The vendor whose CPUs it was measured on; empty where that is not asked for or not known.
std::string vendor_of(const Comparison& row, const GatePolicy& policy) {
    if (!row.vendor.empty() || policy.vendors.empty()) return row.vendor;
    const auto measured = std::ranges::find_if(policy.vendors, [&](const std::string& vendor) {
        return row.cpu.starts_with(vendor + " ");
    });
    return measured == policy.vendors.end() ? "" : *measured;
}

/// What the gate goes by. What was cancelled since its vendor is no longer asked for is no part of
/// it.
std::vector<const Comparison*> counted(const GateInput& in, const GatePolicy& policy) {
    std::vector<const Comparison*> rows = in.comparisons;
    const auto is_unasked = [&](const Comparison* row) {
        return row->state == ComparisonState::cancelled && !row->vendor.empty() &&
               std::ranges::find(policy.vendors, row->vendor) == policy.vendors.end();
    };
    if (!std::ranges::all_of(rows, is_unasked)) std::erase_if(rows, is_unasked);
    return rows;
}

/// Of all vendors the one that is behind decides; each says its reason.
StageResult combined(GateStage stage, const std::map<std::string, StageResult>& by_vendor) {
    if (by_vendor.size() == 1 && by_vendor.begin()->first.empty()) return by_vendor.begin()->second;
    StageResult all = result(stage, StageState::passed, "");
    for (const StageState state :
         {StageState::failed, StageState::missing, StageState::queued, StageState::running}) {
        const bool any = std::ranges::any_of(
            by_vendor, [&](const auto& entry) { return entry.second.state == state; });
        if (any && all.state == StageState::passed) all.state = state;
    }
    for (const auto& [vendor, its] : by_vendor) {
        if (!all.reason.empty()) all.reason += " ";
        all.reason += (vendor.empty() ? "" : vendor + ": ") + its.reason;
    }
    return all;
}

/// `of_row`: the stage of one comparison. A vendor that the policy asks for and that has none is
/// missing.
template <class OfRow>
StageResult over_vendors(GateStage stage,
                         const GateInput& in,
                         const GatePolicy& policy,
                         OfRow of_row) {
    const std::vector<const Comparison*> rows = counted(in, policy);
    if (rows.empty()) return result(stage, StageState::missing, "There is no comparison.");
    std::map<std::string, StageResult> by_vendor;
    for (const Comparison* row : rows) by_vendor.try_emplace(vendor_of(*row, policy), of_row(*row));
    for (const std::string& vendor : policy.vendors) {
        by_vendor.try_emplace(vendor, result(stage, StageState::missing,
                                             "It was not measured on such a CPU: the policy asks "
                                             "for it since the rebuild began."));
    }
    return combined(stage, by_vendor);
}

/// How much larger the variant's packages are when installed, as a sentence; nullopt: no more than
/// the policy allows, or not known.
std::optional<std::string> size_refusal(const GateInput& in, const GatePolicy& policy) {
    if (!policy.size_growth_max || !in.baseline || !in.variant) return std::nullopt;
    const std::int64_t before = in.baseline->installed_bytes;
    const std::int64_t after = in.variant->installed_bytes;
    if (before <= 0 || after <= 0) return std::nullopt;
    const double growth = static_cast<double>(after) / static_cast<double>(before) - 1;
    if (growth <= *policy.size_growth_max) return std::nullopt;
    return fmt::format(
        "hold: installed, it takes {:.1f} % more ({} bytes, the baseline {}); the policy allows "
        "{:.1f} %.",
        100 * growth, after, before, 100 * *policy.size_growth_max);
}

}  // namespace

StageResult comparison_stage(const GateInput& in, const GatePolicy& policy) {
    return over_vendors(GateStage::comparison, in, policy,
                        [&](const Comparison& row) { return measured_stage(in, row); });
}

StageResult verdict_stage(const GateInput& in, const GatePolicy& policy) {
    StageResult verdict = over_vendors(GateStage::verdict, in, policy, [&](const Comparison& row) {
        return judged_stage(row, policy);
    });
    if (verdict.state != StageState::passed) return verdict;
    if (auto too_large = size_refusal(in, policy))
        return result(GateStage::verdict, StageState::failed, *too_large + " " + verdict.reason);
    return verdict;
}

}  // namespace terrace::core
