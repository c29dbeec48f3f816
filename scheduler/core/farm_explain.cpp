// Why a build is not running: for each worker the first predicate of placement that fails.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <algorithm>

#include "common/vocab/names.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/intake.hpp"

namespace terrace::core {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

std::string join(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

std::string gib(std::int64_t bytes) {
    return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / kGiB);
}

/// Of a worker that could never run it.
std::string unfit_text(Unfit unfit, const Fleet::Entry& worker, const Placement& placement) {
    switch (unfit) {
        case Unfit::none: return "";
        case Unfit::level:
            return fmt::format("It has level {}; the build runs code of level {}.",
                               name_of(worker.level), name_of(placement.run_level));
        case Unfit::vendor:
            return fmt::format("Its CPU is {}'s; this is measured on {}'s.", worker.vendor,
                               placement.vendor);
        case Unfit::feature: {
            std::vector<std::string> missing;
            std::ranges::set_difference(placement.features, worker.features,
                                        std::back_inserter(missing));
            return fmt::format("Its CPU lacks {}, which the release's rule requires.",
                               join(missing));
        }
        case Unfit::excluded_cpu:
            return fmt::format("An attempt on such a CPU ({}) ended as isa_mismatch.", worker.cpu);
        case Unfit::cores:
            return fmt::format("It has {} cores; the rule asks for {}.", worker.total.cores,
                               placement.needs.cores);
        case Unfit::memory:
            return fmt::format("It has {} of memory; the build takes {}.",
                               gib(worker.total.memory_bytes), gib(placement.needs.memory_bytes));
        case Unfit::disk:
            return fmt::format("It has {} of disk space; the build takes {}.",
                               gib(worker.total.disk_bytes), gib(placement.needs.disk_bytes));
    }
    return "";
}

std::string moment(TimePoint time) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::seconds>(time));
}

/// "Quarantined since 2026-11-26 12:00 UTC: WHY Its next probing build is due since ..."
std::string admission_text(const WorkerHealth& health) {
    std::string state = name_of(health.admission);
    state.front() = static_cast<char>(state.front() - 'a' + 'A');
    std::string text = fmt::format("{} since {}", state, moment(health.since));
    text += health.reason.empty() ? "." : ": " + health.reason;
    if (health.probe_at)
        text += fmt::format(" It may take a probing build from {} on.", moment(*health.probe_at));
    return text;
}

std::string state_sentence(const Build& build, const Explanation& shown) {
    switch (build.state) {
        case BuildState::blocked: {
            const std::size_t count = shown.waits_for.size();
            return fmt::format("It waits for {} source package{} of its rebuild to be built first.",
                               count, count == 1 ? "" : "s");
        }
        case BuildState::ready: return "";
        case BuildState::leased: return "It is being built.";
        case BuildState::succeeded: return "It has been built.";
        case BuildState::failed: return "It has failed: " + build.evidence;
        case BuildState::cancelled: return "It was cancelled.";
    }
    return "";
}

}  // namespace

WorkerReason Farm::reason_of(const Fleet::Entry& worker,
                             const ReadyItem& item,
                             TimePoint now) const {
    const auto because = [&](const std::string& predicate, std::string detail) {
        return WorkerReason{state_.workers.at(worker.id).name, worker.level, predicate,
                            std::move(detail)};
    };
    const Unfit unfit = Fleet::unfit(worker, item.placement);
    if (unfit != Unfit::none)
        return because(name_of(unfit), unfit_text(unfit, worker, item.placement));
    if (!worker.admitted) {
        const WorkerHealth health = health_of(worker.id);
        return because(name_of(health.admission), admission_text(health));
    }
    if (ready_.is_paused(item.rebuild)) return because("paused", "Its rebuild is paused.");
    if (item.not_before > now)
        return because("back_off",
                       "It was tried and failed for no fault of its own; it is tried "
                       "again after a pause.");
    const SlotOffer offer = offer_to(worker.id, now);
    if (item.avoid == worker.id && !offer.only_worker)
        return because("avoid", "Its last attempt failed here; another worker goes first.");
    if (!offer.builds) return because("measuring", "Its host measures a comparison.");
    const auto reserved = ready_.reserved_for(worker.id);
    if (reserved && *reserved != item.what)
        return because("reserved", "It makes room for a build that has waited longer.");
    if (worker.leases >= worker.slots)
        return because("busy", fmt::format("All of its slots ({}) are taken.", worker.slots));
    if (!Fleet::has_room(worker, item.placement)) {
        return because(
            "room", fmt::format("What it runs leaves too little: the build takes {} "
                                "cores, {} of memory and {} of disk space.",
                                item.placement.needs.cores, gib(item.placement.needs.memory_bytes),
                                gib(item.placement.needs.disk_bytes)));
    }
    if (item.priority == PriorityClass::background && !offer.background)
        return because("headroom", "Background rebuilds leave these slots free.");
    return because("free", "It could start it when its slot asks again and nothing goes before.");
}

Decision Farm::on(const ExplainBuild& e, TimePoint now) {
    Decision decision;
    const auto found = state_.builds.find(e.build);
    if (found == state_.builds.end()) {
        decision.reply = no_such("build", e.build);
        return decision;
    }
    const Build& build = found->second;
    const SourcePackage& source = state_.source_packages.at(build.source_package);
    const Estimate estimate = estimate_for(state_.rebuilds.at(build.rebuild).release, source.name);
    Explanation shown;
    shown.build = build.id;
    shown.package = source.name;
    shown.variant = build.variant;
    shown.state = name_of(build.state);
    shown.seconds_expected = estimate.seconds;
    shown.seconds_basis = estimate.basis;
    if (build.state == BuildState::blocked) list_needs(build, shown);
    if (const ReadyItem* item = ready_.item(build.id)) explain_ready(*item, estimate, now, shown);
    if (shown.why.empty()) shown.why = state_sentence(build, shown);
    decision.reply = Reply{std::move(shown)};
    return decision;
}

void Farm::list_needs(const Build& build, Explanation& shown) const {
    const auto order = orders_.find(build.rebuild);
    if (order == orders_.end()) return;
    const SourceGraph& graph = order->second.graph();
    for (const std::uint32_t need : graph.graph.needs(*graph.node_of(build.source_package))) {
        if (order->second.is_open(need))
            shown.waits_for.push_back(state_.source_packages.at(graph.sources[need]).name);
    }
}

void Farm::explain_ready(const ReadyItem& item,
                         const Estimate& estimate,
                         TimePoint now,
                         Explanation& shown) const {
    int slots = 0;
    int fitting = 0;
    int admitted = 0;
    bool any_free = false;
    for (const auto& [id, worker] : fleet_.workers()) {
        shown.workers.push_back(reason_of(worker, item, now));
        any_free |= shown.workers.back().predicate == "free";
        if (Fleet::unfit(worker, item.placement) != Unfit::none) continue;
        ++fitting;
        if (!worker.admitted) continue;
        ++admitted;
        slots += worker.slots;
    }
    const ReadyQueue::Position position = ready_.position_of(item.what);
    shown.position = static_cast<std::int64_t>(position.before_in_rebuild) + 1;
    shown.ready_in_class = static_cast<std::int64_t>(position.before_in_class);
    shown.of_higher_class = static_cast<std::int64_t>(position.of_higher_class);
    if (admitted == 0) {
        shown.unplaceable = now >= item.ready_at + config_->placement.unplaceable_after;
        shown.since = item.ready_at;
        shown.why = shown.workers.empty() ? "The farm knows no worker."
                    : fitting == 0
                        ? "No known worker can ever run this: see the reason of each."
                        : "Only workers that take no builds now could run this: see the reason of "
                          "each; terrace worker enable.";
        return;
    }
    if (ready_.is_paused(item.rebuild)) {
        shown.why = "Its rebuild is paused: terrace rebuild resume.";
        return;
    }
    const double ahead = static_cast<double>(position.before_in_rebuild + position.of_higher_class);
    const double seconds = ahead * estimate.seconds / slots;
    const TimePoint from = std::max(now, item.not_before);
    shown.start_estimated = from + std::chrono::milliseconds(std::llround(seconds * 1000));
    shown.start_basis = fmt::format(
        "{} builds go before it on {} slots that fit, each taken to last as long as this one ({})",
        position.before_in_rebuild + position.of_higher_class, slots, estimate.basis);
    shown.why = any_free ? "A worker that fits is free: it starts when a slot asks next."
                         : fmt::format(
                               "It is ready, and number {} of its rebuild; {} of {} workers "
                               "could run it, and none has a free place for it now.",
                               *shown.position, admitted, fleet_.workers().size());
}

}  // namespace terrace::core
