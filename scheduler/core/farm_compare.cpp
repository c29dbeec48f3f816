// Comparisons: what they have measured, whether that suffices, and what becomes of it.
#include <fmt/format.h>

#include "common/vocab/check.hpp"
#include "scheduler/core/comparison_progress.hpp"
#include "scheduler/core/farm.hpp"
#include "scheduler/core/retry.hpp"
#include "scheduler/core/sim_mark.hpp"

namespace terrace::core {

const BenchmarkFile* Farm::benchmark_of(const Comparison& comparison) const {
    const auto found =
        config_->benchmarks.find(state_.source_packages.at(comparison.source_package).name);
    return found == config_->benchmarks.end() ? nullptr : &found->second;
}

Progress Farm::progress_of(const Comparison& comparison, const std::string& cpu) const {
    const auto found = state_.measured.find(comparison.id);
    if (found == state_.measured.end()) return {};
    return core::progress_of(found->second, cpu, digest_of(*benchmark_of(comparison)));
}

Judgement Farm::judge(const Comparison& comparison, const Progress& progress) const {
    const BenchmarkFile& file = *benchmark_of(comparison);
    const GatePolicy& policy = release_of(comparison.rebuild).gate;
    const auto key = std::pair(state_.rebuilds.at(comparison.rebuild).release, file.package);
    auto gate = gates_.find(key);
    if (gate == gates_.end()) gate = gates_.emplace(key, gate_of(policy, file)).first;
    return core::judge(gate->second, policy, file, progress);
}

Decision Farm::on(const ReportLook& e, TimePoint now) {
    Decision decision;
    const Lease* held = live({e.attempt, e.look.fence});
    if (!held) {
        sim_mark("late look refused");
        decision.reply = Error{Errc::stale_lease,
                               "The lease of this attempt has ended; the look changes nothing."};
        return decision;
    }
    const Comparison* comparison =
        held->comparison ? &state_.comparisons.at(*held->comparison) : nullptr;
    const BenchmarkFile* file = comparison ? benchmark_of(*comparison) : nullptr;
    if (!file) {
        decision.reply = Error{Errc::invalid_argument,
                               "The attempt is of no comparison, or its benchmark file is gone."};
        return decision;
    }
    const std::string cpu = fleet_.at(held->worker).cpu;
    const auto measured = state_.measured.find(comparison->id);
    if (measured != state_.measured.end() &&
        measured->second.looks.contains({e.attempt, e.look.pairs})) {
        sim_mark("look told twice");
    } else {
        const int pairs_max = release_of(comparison->rebuild).gate.looks.back();
        const int pairs_done = progress_of(*comparison, cpu).pairs;
        if (auto error = why_refused(e.look, *file, pairs_done, pairs_max)) {
            decision.reply = std::move(*error);
            return decision;
        }
        take_look(*held, e.look, cpu, now, decision);
    }
    decision.reply =
        Reply{LookAnswer{judge(*comparison, progress_of(*comparison, cpu)).pairs_next}};
    return decision;
}

void Farm::take_look(const Lease& lease,
                     const LookReport& look,
                     const std::string& cpu,
                     TimePoint now,
                     Decision& decision) {
    record(decision, ComparisonLook{.attempt = lease.attempt,
                                    .pairs = look.pairs,
                                    .comparison = *lease.comparison,
                                    .cpu = cpu,
                                    .benchmark_digest = look.benchmark_digest,
                                    .host = look.host,
                                    .measured_at = now});
    for (const Sample& sample : look.samples) {
        ComparisonSample row;
        static_cast<Sample&>(row) = sample;
        row.attempt = lease.attempt;
        row.comparison = *lease.comparison;
        record(decision, std::move(row));
    }
}

/// An attempt that says it went well has brought the comparison on, unless there was no need.
std::optional<Error> Farm::why_not_measured(const Lease& lease) const {
    const Comparison& comparison = state_.comparisons.at(*lease.comparison);
    if (!benchmark_of(comparison)) return std::nullopt;
    const auto measured = state_.measured.find(comparison.id);
    if (measured != state_.measured.end()) {
        const auto look = measured->second.looks.lower_bound({lease.attempt, 0});
        if (look != measured->second.looks.end() && look->first.first == lease.attempt)
            return std::nullopt;
    }
    const Progress progress = progress_of(comparison, fleet_.at(lease.worker).cpu);
    if (!judge(comparison, progress).pairs_next) return std::nullopt;
    return Error{Errc::invalid_argument,
                 "A comparison that is ok must have handed in the samples of a look."};
}

void Farm::finish_comparison(Comparison comparison,
                             const Lease& lease,
                             const AttemptReport& report,
                             bool probe,
                             TimePoint now,
                             Decision& decision) {
    const RebuildId rebuild = comparison.rebuild;
    if (report.outcome == Outcome::ok) note_success(lease, nullptr, now, decision);
    if (!benchmark_of(comparison)) {
        decide(std::move(comparison), Verdict::no_benchmark, "Its benchmark file is gone.", now,
               decision);
        settle_rebuild(rebuild, now, decision);
        return;
    }
    const bool again = probe || is_retried(report.outcome);
    const bool counts = !probe && judge_failure(comparison, lease, report, now, decision).counts;
    if (again && counts) ++comparison.infra_failures;
    // However the attempt ended: looks that were handed in count.
    const std::string& cpu = fleet_.at(lease.worker).cpu;
    const Progress progress = progress_of(comparison, cpu);
    Judgement judgement = judge(comparison, progress);
    const auto measured = state_.measured.find(comparison.id);
    const int in_vain =
        comparison.attempts -
        (measured == state_.measured.end() ? 0 : attempts_with_looks(measured->second));
    if (!judgement.pairs_next) {
        conclude(std::move(comparison), std::move(judgement), cpu, now, decision);
    } else if (report.outcome == Outcome::ok) {
        sim_mark("more pairs");
        comparison.not_before = now;
        comparison.reason = fmt::format("{} pairs are measured; the next look is at {}.",
                                        progress.pairs, *judgement.pairs_next);
        move(std::move(comparison), ComparisonEvent::more_pairs, now, decision);
        return;
    } else if (again && in_vain < config_->retry.attempts_max &&
               comparison.infra_failures < config_->retry.infra_failures_max) {
        if (progress.pairs > 0) sim_mark("comparison lost between looks");
        comparison.not_before = now + retry_delay(config_->retry, comparison.infra_failures);
        comparison.reason = report.evidence;
        move(std::move(comparison), ComparisonEvent::attempt_retry, now, decision);
        return;
    } else {
        // Too little was measured, so nothing may be claimed.
        decide(std::move(comparison), Verdict::hold, "It could not be measured: " + report.evidence,
               now, decision);
    }
    settle_rebuild(rebuild, now, decision);
}

void Farm::conclude(Comparison comparison,
                    Judgement judgement,
                    const std::string& cpu,
                    TimePoint now,
                    Decision& decision) {
    comparison.results = std::move(judgement.results);
    comparison.cpu = cpu;
    comparison.p = judgement.p;
    const bool inheritable = comparison.kind == ComparisonKind::ab && !comparison.results.empty();
    if (inheritable) comparison.verdict_key = verdict_key_of(comparison);
    decide(std::move(comparison), judgement.verdict, std::move(judgement.reason), now, decision);
}

void Farm::decide(
    Comparison comparison, Verdict verdict, std::string reason, TimePoint now, Decision& decision) {
    comparison.verdict = verdict;
    comparison.reason = std::move(reason);
    move(std::move(comparison), ComparisonEvent::decide, now, decision);
}

/// A restart may bring a policy that asks for fewer CPU vendors. One comparison of each variant
/// stays, whatever its vendor.
void Farm::cancel_unasked(TimePoint now, Decision& decision) {
    std::vector<Comparison> unasked;
    for (const auto& [id, row] : state_.comparisons) {
        const bool asks_for_one = !row.vendor.empty() && row.kind == ComparisonKind::ab;
        if (is_final(row.state) || !asks_for_one) continue;
        const std::vector<std::string>& vendors = release_of(row.rebuild).gate.vendors;
        if (std::ranges::find(vendors, row.vendor) == vendors.end()) unasked.push_back(row);
    }
    for (const Comparison& row : unasked) {
        const auto stays = [&](ComparisonId id) {
            return id != row.id && state_.comparisons.at(id).state != ComparisonState::cancelled;
        };
        if (std::ranges::none_of(gated_with(row), stays)) continue;
        sim_mark("vendor no longer asked for");
        cancel(row, now, decision, "The policy asks for no CPU of " + row.vendor + " any more.");
        settle_rebuild(row.rebuild, now, decision);
    }
}

/// What a restart finds and need not measure: its benchmark file is gone, or the release's
/// policy is another one now, by which the looks so far suffice.
void Farm::decide_without_lease(TimePoint now, Decision& decision) {
    cancel_unasked(now, decision);
    for (const auto& [attempt, lease] : std::map(state_.leases)) {
        if (lease.comparison && !benchmark_of(state_.comparisons.at(*lease.comparison)))
            lose_lease(lease, "Its benchmark file is gone.", now, decision);
    }
    std::vector<Comparison> ready;
    for (const auto& [id, row] : state_.comparisons) {
        if (row.state == ComparisonState::ready) ready.push_back(row);
    }
    for (Comparison& comparison : ready) {
        const RebuildId rebuild = comparison.rebuild;
        const auto measured = state_.measured.find(comparison.id);
        if (!benchmark_of(comparison)) {
            decide(std::move(comparison), Verdict::no_benchmark, "Its benchmark file is gone.", now,
                   decision);
        } else if (measured != state_.measured.end() && !measured->second.looks.empty()) {
            const std::string cpu = measured->second.looks.rbegin()->second.cpu;
            Judgement judgement = judge(comparison, progress_of(comparison, cpu));
            if (judgement.pairs_next) continue;
            conclude(std::move(comparison), std::move(judgement), cpu, now, decision);
        } else {
            continue;
        }
        settle_rebuild(rebuild, now, decision);
    }
}

/// Both sides built: is there anything to measure? One side lost: there never will be.
void Farm::settle_comparison(Comparison comparison, TimePoint now, Decision& decision) {
    const Build& baseline = state_.builds.at(comparison.baseline_build);
    const Build& variant = state_.builds.at(comparison.variant_build);
    const auto lost = [](const Build& b) {
        return is_final(b.state) && b.state != BuildState::succeeded;
    };
    if (lost(baseline) || lost(variant)) {
        comparison.reason = "There is nothing to compare: the " +
                            std::string(lost(baseline) ? "baseline" : "variant") +
                            " was not built.";
        move(std::move(comparison), ComparisonEvent::cancel, now, decision);
        return;
    }
    if (baseline.state != BuildState::succeeded || variant.state != BuildState::succeeded) return;

    if (!baseline.code_identity.hex.empty() && baseline.code_identity == variant.code_identity) {
        decide(std::move(comparison), Verdict::identical, "All code is the same in both.", now,
               decision);
    } else if (!benchmark_of(comparison)) {
        decide(std::move(comparison), Verdict::no_benchmark, "There is no benchmark file for it.",
               now, decision);
    } else if (const Comparison* earlier = earlier_of(comparison, now)) {
        inherit(std::move(comparison), *earlier, now, decision);
    } else {
        add_self_comparison(comparison, decision);
        move(std::move(comparison), ComparisonEvent::builds_done, now, decision);
    }
}

}  // namespace terrace::core
