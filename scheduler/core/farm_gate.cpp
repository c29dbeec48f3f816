// The gate as people and other services ask it, and the waivers that they bring.
#include <algorithm>
#include <set>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/gate/greenwave.hpp"
#include "scheduler/core/gate/stages.hpp"
#include "scheduler/core/intake.hpp"

namespace terrace::core {
namespace {

constexpr std::size_t kTextMax = 2000;

bool is_sentence(const std::string& text) {
    return !text.empty() && text.size() <= kTextMax;
}

}  // namespace

std::vector<Waiver> Farm::waivers_of(const std::string& release,
                                     const std::string& package,
                                     const std::string& variant) const {
    std::vector<Waiver> found;
    for (const auto& [id, waiver] : state_.waivers) {
        if (waiver.release == release && waiver.package == package && waiver.variant == variant)
            found.push_back(waiver);
    }
    return found;
}

const std::vector<ComparisonId>& Farm::gated_with(const Comparison& comparison) const {
    return comparisons_of_build_.at(comparison.variant_build);
}

/// Without the stage of its ABI group, which the other rows of the rebuild decide.
GateRow Farm::gate_row(const Comparison& comparison, TimePoint now) const {
    const Rebuild& rebuild = state_.rebuilds.at(comparison.rebuild);
    const ReleaseSpec& release = release_of(rebuild.id);
    GateRow row;
    row.rebuild = rebuild.id;
    row.package = state_.source_packages.at(comparison.source_package).name;
    row.variant = comparison.variant;
    const std::vector<Waiver> waivers = waivers_of(rebuild.release, row.package, row.variant);
    GateInput input{.baseline = &state_.builds.at(comparison.baseline_build),
                    .variant = &state_.builds.at(comparison.variant_build),
                    .baseline_rpms = rpms_of(state_.builds.at(comparison.baseline_build)),
                    .variant_rpms = rpms_of(state_.builds.at(comparison.variant_build)),
                    .rule = &release.rule(row.package),
                    .waivers = waivers,
                    .now = now};
    for (const ComparisonId id : gated_with(comparison)) {
        const Comparison& sibling = state_.comparisons.at(id);
        input.comparisons.push_back(&sibling);
        if (sibling.state != ComparisonState::ready) continue;
        if (std::string why = why_unplaceable(fleet_, placement_of(sibling)); !why.empty())
            input.unplaceable[id] = std::move(why);
    }
    row.stages = gate_stages(input, release.gate);
    row.answer = gate_answer(row.stages);
    return row;
}

/// One row for each of gated_in(), or for those of one package alone.
GateRows Farm::gate_rows(RebuildId rebuild, const std::string& package, TimePoint now) const {
    const std::vector<AbiGroup> groups = abi_groups_of(rebuild);
    std::set<std::string> wanted = {package};  // and what decides about it
    for (std::size_t before = 0; before != wanted.size();) {
        before = wanted.size();
        for (const AbiGroup& group : groups) {
            const bool any = std::ranges::any_of(
                group.sources, [&](const std::string& source) { return wanted.contains(source); });
            if (any) wanted.insert(group.sources.begin(), group.sources.end());
        }
    }
    GateRows rows;
    for (const std::vector<ComparisonId>& all : gated_in(rebuild)) {
        const Comparison& comparison = state_.comparisons.at(all.front());
        const std::string& source = state_.source_packages.at(comparison.source_package).name;
        if (package.empty() || wanted.contains(source))
            rows.rows.push_back(gate_row(comparison, now));
    }
    add_abi_stages(rebuild, groups, rows.rows);
    if (!package.empty())
        std::erase_if(rows.rows, [&](const GateRow& row) { return row.package != package; });
    return rows;
}

Decision Farm::on(const ShowGate& e, TimePoint now) {
    Decision decision;
    if (!state_.rebuilds.contains(e.rebuild)) {
        decision.reply = no_such("rebuild", e.rebuild);
        return decision;
    }
    GateRows rows = gate_rows(e.rebuild, e.package, now);
    if (rows.rows.empty() && !e.package.empty()) {
        decision.reply =
            Error{Errc::not_found, "The rebuild has no variant of '" + e.package + "' to gate."};
        return decision;
    }
    decision.reply = Reply{std::move(rows)};
    return decision;
}

Decision Farm::on(const AskGateFacts& e, TimePoint) {
    Decision decision;
    const auto rebuild = state_.rebuilds.find(e.rebuild);
    if (rebuild == state_.rebuilds.end()) {
        decision.reply = no_such("rebuild", e.rebuild);
        return decision;
    }
    GateFactsOfRebuild facts{e.rebuild, release_of(e.rebuild).gate, {}};
    for (const ComparisonId id : comparisons_of_[e.rebuild]) {
        const Comparison& comparison = state_.comparisons.at(id);
        GateFacts row;
        row.package = state_.source_packages.at(comparison.source_package).name;
        row.comparison = comparison;
        row.baseline = state_.builds.at(comparison.baseline_build);
        row.variant = state_.builds.at(comparison.variant_build);
        row.baseline_rpms = rpms_of(row.baseline);
        row.variant_rpms = rpms_of(row.variant);
        row.rule = release_of(e.rebuild).rule(row.package);
        row.waivers = waivers_of(rebuild->second.release, row.package, comparison.variant);
        if (const BenchmarkFile* file = benchmark_of(comparison)) row.benchmark = *file;
        facts.rows.push_back(std::move(row));
    }
    decision.reply = Reply{std::move(facts)};
    return decision;
}

Decision Farm::on(const AddWaiver& e, TimePoint now) {
    Decision decision;
    const auto refuse = [&](Errc code, std::string message) {
        decision.reply = Error{code, std::move(message)};
        return decision;
    };
    const auto release = config_->releases.find(e.waiver.release);
    if (release == config_->releases.end()) {
        decision.reply = unknown_release(*config_, e.waiver.release);
        return decision;
    }
    const VariantSpec* variant = release->second.variant(e.waiver.variant);
    if (!variant || variant == &release->second.baseline())
        return refuse(Errc::not_found,
                      "The release has no variant '" + e.waiver.variant + "' beside its baseline.");
    const auto is_named = [&](const auto& row) { return row.second.name == e.waiver.package; };
    if (std::ranges::none_of(state_.source_packages, is_named))
        return refuse(Errc::not_found, "No source package is named '" + e.waiver.package + "'.");
    if (e.waiver.stage == GateStage::build || e.waiver.stage == GateStage::identity)
        return refuse(Errc::invalid_argument,
                      "The stage " + name_of(e.waiver.stage) +
                          " cannot be waived: there would be nothing to ship.");
    if (e.waiver.stage == GateStage::abi_group)
        return refuse(Errc::invalid_argument,
                      "The stage abi_group cannot be waived: the packages of a group at different "
                      "levels would crash each other.");
    if (!is_sentence(e.waiver.author) || !is_sentence(e.waiver.reason))
        return refuse(Errc::invalid_argument, "A waiver needs an author and a reason.");
    if (e.waiver.expires_at <= now)
        return refuse(Errc::invalid_argument, "A waiver must expire in the future.");
    Waiver row = e.waiver;
    row.id = next_id(state_.waivers);
    row.created_at = now;
    row.revoked_at.reset();
    row.revoked_by.clear();
    decision.reply = Reply{MadeWaiver{row.id}};
    record(decision, std::move(row));
    return decision;
}

Decision Farm::on(const RevokeWaiver& e, TimePoint now) {
    Decision decision;
    const auto found = state_.waivers.find(e.waiver);
    if (found == state_.waivers.end()) {
        decision.reply = no_such("waiver", e.waiver);
    } else if (!is_sentence(e.author)) {
        decision.reply = Error{Errc::invalid_argument, "Who revokes a waiver must say who it is."};
    } else if (!found->second.revoked_at) {
        Waiver row = found->second;
        row.revoked_at = now;
        row.revoked_by = e.author;
        record(decision, std::move(row));
    }
    return decision;
}

Decision Farm::on(const ListWaivers& e, TimePoint now) {
    Decision decision;
    Waivers list;
    for (const auto& [id, waiver] : state_.waivers) {
        if (!e.release.empty() && waiver.release != e.release) continue;
        if (e.all || is_valid(waiver, now)) list.rows.push_back(waiver);
    }
    decision.reply = Reply{std::move(list)};
    return decision;
}

/// The newest comparison of the variant whose baseline made the source package of that NVR.
const Comparison* Farm::comparison_of_nvr(const DecisionRequest& request) const {
    for (auto row = state_.comparisons.rbegin(); row != state_.comparisons.rend(); ++row) {
        const Comparison& comparison = row->second;
        if (comparison.kind == ComparisonKind::aa ||
            comparison.variant != request.decision_context ||
            state_.rebuilds.at(comparison.rebuild).release != request.product_version)
            continue;
        // The name and a dash go before the version: most rows need no look at their RPMs.
        const std::string& name = state_.source_packages.at(comparison.source_package).name;
        if (!request.subject_identifier.starts_with(name + "-")) continue;
        for (const BuildId build : {comparison.variant_build, comparison.baseline_build}) {
            for (const RpmFile& rpm : rpms_of(state_.builds.at(build))) {
                const Nevra& nevra = rpm.nevra;
                if (nevra.arch == "src" && nevra.name + "-" + nevra.version + "-" + nevra.release ==
                                               request.subject_identifier)
                    return &comparison;
            }
        }
    }
    return nullptr;
}

Decision Farm::on(const AskDecision& e, TimePoint now) {
    Decision decision;
    const auto release = config_->releases.find(e.request.product_version);
    const VariantSpec* variant = release == config_->releases.end()
                                     ? nullptr
                                     : release->second.variant(e.request.decision_context);
    if (!variant || variant == &release->second.baseline()) {
        decision.reply =
            Error{Errc::not_found, "Cannot find any applicable policies for product version '" +
                                       e.request.product_version + "' and decision context '" +
                                       e.request.decision_context + "'."};
        return decision;
    }
    if (e.request.subject_identifier.empty()) {
        decision.reply =
            Error{Errc::invalid_argument, "A decision needs a subject_identifier, an NVR."};
        return decision;
    }
    const Comparison* comparison = comparison_of_nvr(e.request);
    std::vector<StageResult> stages;
    std::optional<std::int64_t> result;
    if (comparison) {
        const std::string& package = state_.source_packages.at(comparison->source_package).name;
        for (const GateRow& row : gate_rows(comparison->rebuild, package, now).rows) {
            if (row.variant == comparison->variant) stages = row.stages;
        }
        result = comparison->id.value;
    } else {
        stages = gate_stages({}, release->second.gate);
        stages.push_back({GateStage::abi_group, StageState::missing, {}, {}, "It is not built."});
    }
    decision.reply = Reply{greenwave_answer(e.request, stages, result)};
    return decision;
}

}  // namespace terrace::core
