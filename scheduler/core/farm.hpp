#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scheduler/core/compose_plan.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/core/event.hpp"
#include "scheduler/core/ready_queue.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// The scheduler's brain: no I/O, no clock, no threads, no randomness. Same snapshot + same events
/// + same times give the same decisions, on every machine. Memory is changed through changes only
/// (record()), so it equals the database once they are committed.
class Farm {
public:
    /// `config` must outlive the farm.
    Farm(const FarmConfig& config, Snapshot snapshot);

    Decision apply(const Event& event, TimePoint now);

    /// Once, after the farm was loaded: nobody could renew a lease while we were away, so each gets
    /// its full length anew; and a comparison whose benchmark file is gone is decided.
    Decision resume(TimePoint now);

    /// What time alone decides: leases that ended, back-offs that are over.
    Decision tick(TimePoint now);

    /// What should be under way now; derived from state, in a stable order.
    std::vector<Effect> effects(TimePoint now) const;

    /// Moves on whenever a slot that found nothing before may find something now: something became
    /// ready, or a lease ended and its host may be quiet. What time alone changes (back-off) does
    /// not move it.
    std::uint64_t work_news() const { return work_news_; }

    const Snapshot& state() const { return state_; }

private:
    // farm_intake.cpp: what people bring
    Decision on(const ImportPackageSet&, TimePoint);
    Decision on(const AddSeed&, TimePoint);
    Decision on(const SubmitRebuild&, TimePoint);
    Decision on(const CancelRebuild&, TimePoint);
    Decision on(const CancelBuild&, TimePoint);
    // farm_lease.cpp: what workers ask
    Decision on(const RegisterWorker&, TimePoint);
    Decision on(const RequestLease&, TimePoint);
    Decision on(const RenewLeases&, TimePoint);
    Decision on(const CheckLease&, TimePoint);
    // farm_report.cpp: how attempts end
    Decision on(const ReportAttempt&, TimePoint);
    // farm_compose.cpp
    Decision on(const ComposeEnded&, TimePoint);

    void record(Decision& decision, Change change);
    void move(Build build, BuildEvent event, TimePoint now, Decision& decision);
    void move(Comparison comparison, ComparisonEvent event, TimePoint now, Decision& decision);

    /// Release, name of the source package, variant, dist: who has it owns those NEVRAs for good.
    using NevraClaim = std::tuple<std::string, std::string, std::string, std::string>;
    NevraClaim claim_of(const Build& build) const;

    struct Plan;  ///< a rebuild request, checked and filled in
    Result<Plan> plan_rebuild(const SubmitRebuild& request) const;
    std::vector<BuildId> expand(const Rebuild& rebuild,
                                const SourcePackage& package,
                                TimePoint now,
                                Decision& decision);
    void add_comparisons(const Rebuild& rebuild,
                         const std::vector<BuildId>& siblings,
                         Decision& decision);
    /// Reuse of earlier builds for one source package: all variants share one dist, so one EVR.
    std::map<std::string, BuildId> choose_reuse(const Rebuild& rebuild,
                                                const SourcePackage& package) const;
    std::string identity_of(const Rebuild& rebuild,
                            const SourcePackage& package,
                            const VariantSpec& variant) const;

    LeaseGrant grant(const Worker& worker,
                     const RequestLease& request,
                     const ReadyItem& item,
                     TimePoint now,
                     Decision&);
    LeaseGrant grant_of(const Lease& lease) const;
    BuildOrder order_for(const Build& build) const;
    ComparisonOrder order_for(const Comparison& comparison) const;
    SlotOffer offer_to(const Worker& worker) const;
    const Lease* lease_of_slot(WorkerId worker, int slot) const;
    const Lease* live(const LeaseKey& key) const;

    void end_attempt(Lease lease, const AttemptReport& report, TimePoint now, Decision& decision);
    void lose_lease(const Lease& lease, const std::string& why, TimePoint now, Decision& decision);
    void finish_build(Build build,
                      WorkerId worker,
                      const AttemptReport& report,
                      TimePoint now,
                      Decision& decision);
    void finish_comparison(Comparison comparison,
                           const AttemptReport& report,
                           TimePoint now,
                           Decision& decision);
    void cancel(const Build& build, TimePoint now, Decision& decision);
    void cancel(const Comparison& comparison, TimePoint now, Decision& decision);

    void build_ended(BuildId build, TimePoint now, Decision& decision);
    void settle_comparison(Comparison comparison, TimePoint now, Decision& decision);
    void decide(Comparison comparison,
                Verdict verdict,
                std::string reason,
                TimePoint now,
                Decision& decision);
    void settle_rebuild(RebuildId id, TimePoint now, Decision& decision);
    void start_composes(TimePoint now, Decision& decision);
    void fail_compose(Compose compose, TimePoint now, Decision& decision);
    std::vector<SourceOutcome> outcomes_of(RebuildId rebuild) const;

    const Build& origin_of(const Build& build) const;
    std::pair<BuildId, BuildId> origins_of(const Comparison& comparison) const;
    std::vector<RpmFile> rpms_of(const Build& build) const;
    const ReleaseSpec& release_of(RebuildId rebuild) const;
    const VariantSpec& variant_of(const Build& build) const;
    void index(const Build& build);
    void index(const Comparison& comparison);
    void index(const Lease& lease);

    const FarmConfig* config_;
    Snapshot state_;
    // Derived from state_, rebuilt at start.
    ReadyQueue ready_;
    std::map<std::string, std::map<BuildId, std::string>> succeeded_by_identity_;  ///< with dist
    std::set<NevraClaim> claims_;  ///< what was built, or is being built
    std::map<std::pair<BuildId, BuildId>, ComparisonId> decided_by_builds_;  ///< by origins_of()
    std::map<RebuildId, std::vector<BuildId>> builds_of_;
    std::map<RebuildId, std::vector<ComparisonId>> comparisons_of_;
    std::map<BuildId, std::vector<ComparisonId>> comparisons_of_build_;
    std::map<RebuildId, int> open_;  ///< builds and comparisons that are not final
    std::map<BuildId, AttemptId> lease_of_build_;
    std::map<ComparisonId, AttemptId> lease_of_comparison_;
    std::map<std::pair<WorkerId, int>, AttemptId> lease_of_slot_;
    std::set<std::pair<TimePoint, AttemptId>> lease_deadlines_;
    std::uint64_t work_news_ = 0;
};

}  // namespace terrace::core
