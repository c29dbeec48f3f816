#pragma once

#include <map>
#include <set>
#include <string>
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

    /// What time alone decides: leases that ended, back-offs that are over.
    Decision tick(TimePoint now);

    /// What should be under way now; derived from state, in a stable order.
    std::vector<Effect> effects(TimePoint now) const;

    /// True if a slot that found nothing before may find something now.
    bool has_ready_work() const { return !ready_.empty(); }

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

    struct Plan;  ///< a rebuild request, checked and filled in
    Result<Plan> plan_rebuild(const SubmitRebuild& request) const;
    std::vector<BuildId> expand(const Rebuild& rebuild,
                                const SourcePackage& package,
                                TimePoint now,
                                Decision& decision);
    void add_comparisons(const Rebuild& rebuild,
                         const std::vector<BuildId>& siblings,
                         Decision& decision);
    const Build* reusable(const std::string& identity) const;

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
    std::map<std::string, BuildId> succeeded_by_identity_;
    std::map<std::pair<BuildId, BuildId>, ComparisonId> decided_by_builds_;  ///< by origins_of()
    std::map<RebuildId, std::vector<BuildId>> builds_of_;
    std::map<RebuildId, std::vector<ComparisonId>> comparisons_of_;
    std::map<BuildId, std::vector<ComparisonId>> comparisons_of_build_;
    std::map<RebuildId, int> open_;  ///< builds and comparisons that are not final
    std::map<BuildId, AttemptId> lease_of_build_;
    std::map<ComparisonId, AttemptId> lease_of_comparison_;
    std::map<std::pair<WorkerId, int>, AttemptId> lease_of_slot_;
    std::set<std::pair<TimePoint, AttemptId>> lease_deadlines_;
};

}  // namespace terrace::core
