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
#include "scheduler/core/fleet.hpp"
#include "scheduler/core/host_health.hpp"
#include "scheduler/core/ready_queue.hpp"
#include "scheduler/core/source_graph.hpp"
#include "scheduler/core/state.hpp"
#include "scheduler/core/verdict.hpp"

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

    /// What should be under way now; derived from state, in a stable order. Without the composes
    /// that are under way already: an order to compose is large.
    std::vector<Effect> effects(TimePoint now, const std::set<ComposeId>& composing = {}) const;

    /// Moves on whenever a slot that found nothing before may find something now: something became
    /// ready, or a lease ended and its host may be quiet. What time alone changes (back-off) does
    /// not move it.
    std::uint64_t work_news() const { return work_news_; }

    /// True once a stream shows a compose whose packages are in the database only, which its next
    /// compose starts from: the farm must be loaded anew, and starts no compose before.
    bool wants_reload() const { return wants_reload_; }

    std::vector<SourcePackage> packages_of(PackageSetId set) const;

    const Snapshot& state() const { return state_; }

private:
    // farm_intake.cpp: what people bring
    Decision on(const ImportPackageSet&, TimePoint);
    Decision on(const AddSeed&, TimePoint);
    Decision on(const SubmitRebuild&, TimePoint);
    Decision on(const CancelRebuild&, TimePoint);
    Decision on(const CancelBuild&, TimePoint);
    Decision on(const PauseRebuild&, TimePoint);
    // farm_order.cpp: what must be built before what
    Decision on(const DependenciesResolved&, TimePoint);
    // farm_ask.cpp, farm_explain.cpp: questions that change nothing
    Decision on(const PlanRebuild&, TimePoint);
    Decision on(const SelectSecondPass&, TimePoint);
    Decision on(const DiffRebuilds&, TimePoint);
    Decision on(const ExplainBuild&, TimePoint);
    // farm_lease.cpp: what workers ask
    Decision on(const RegisterWorker&, TimePoint);
    Decision on(const RequestLease&, TimePoint);
    Decision on(const RenewLeases&, TimePoint);
    Decision on(const CheckLease&, TimePoint);
    // farm_health.cpp: which workers get leases
    Decision on(const OrderAdmission&, TimePoint);
    // farm_report.cpp: how attempts end
    Decision on(const ReportAttempt&, TimePoint);
    // farm_compare.cpp: comparisons
    Decision on(const ReportLook&, TimePoint);
    // farm_gate.cpp: the gate as people and services ask it
    Decision on(const ShowGate&, TimePoint);
    Decision on(const AskGateFacts&, TimePoint);
    Decision on(const AddWaiver&, TimePoint);
    Decision on(const RevokeWaiver&, TimePoint);
    Decision on(const ListWaivers&, TimePoint);
    Decision on(const AskDecision&, TimePoint);
    // farm_compose.cpp
    Decision on(const ComposeEnded&, TimePoint);
    // farm_streams.cpp: where streams point, and what of the past stays
    Decision on(const MoveStream&, TimePoint);
    Decision on(const MoveEnded&, TimePoint);
    Decision on(const AskRepos&, TimePoint);
    Decision on(const CollectGarbage&, TimePoint);

    void record(Decision& decision, Change change);
    void move(Build build, BuildEvent event, TimePoint now, Decision& decision);
    void move(Comparison comparison, ComparisonEvent event, TimePoint now, Decision& decision);

    /// Release, name of the source package, variant, dist: who has it owns those NEVRAs for good.
    using NevraClaim = std::tuple<std::string, std::string, std::string, std::string>;
    NevraClaim claim_of(const Build& build) const;

    struct Plan;  ///< a rebuild request, checked and filled in
    Result<Plan> plan_rebuild(SubmitRebuild request) const;
    /// Of retry_of and second_pass_of: the rest of the request is as there.
    std::optional<Error> fill_from_earlier(SubmitRebuild& request) const;
    std::optional<Error> find_sources(const SubmitRebuild& request, Plan& plan) const;
    std::optional<Error> why_no_order(const Plan& plan);
    std::optional<Error> why_unconfirmed(const SubmitRebuild& request,
                                         const Rebuild& rebuild,
                                         const Plan& plan) const;
    std::int64_t count_to_build(const Rebuild& rebuild, const Plan& plan) const;
    Rebuild new_rebuild(const SubmitRebuild& request, const Plan& plan, TimePoint now) const;
    /// The builds of one source package, blocked, without ids; the baseline's first.
    std::vector<Build> siblings_of(const Rebuild& rebuild, const SourcePackage& package) const;
    /// All that they need is settled: each is reused or becomes ready.
    void settle_siblings(const Rebuild& rebuild,
                         std::vector<Build> siblings,
                         TimePoint now,
                         Decision& decision);
    Result<std::vector<SecondPassChoice>> second_pass_of(RebuildId rebuild) const;
    // farm_ask.cpp
    RebuildPlan describe(const SubmitRebuild& request, const Plan& plan);
    void describe_blast_radius(const Rebuild& rebuild,
                               const SourceGraph* graph,
                               const std::vector<std::uint32_t>& roots,
                               const std::set<std::string>& sources,
                               RebuildPlan& shown) const;
    std::map<std::string, std::map<std::string, bool>> results_of(RebuildId rebuild) const;

    // farm_explain.cpp
    WorkerReason reason_of(const Fleet::Entry& worker, const ReadyItem& item, TimePoint now) const;
    void list_needs(const Build& build, Explanation& shown) const;
    void explain_ready(const ReadyItem& item,
                       const Estimate& estimate,
                       TimePoint now,
                       Explanation& shown) const;

    // farm_order.cpp
    const SourceGraph* graph_of(PackageSetId set, const Digest& seed);
    BuildOrderState* order_of(RebuildId rebuild);
    /// Derived from the builds of an open ordered rebuild; whether its graph is known.
    bool make_order(const Rebuild& rebuild);
    std::vector<Effect> to_resolve(TimePoint now) const;
    void settle_due(TimePoint now, Decision& decision);
    void settle_source(RebuildId rebuild, std::uint32_t node, TimePoint now, Decision& decision);
    /// The builds of this rebuild, or of the pass before it, that the source of `build` needs.
    std::vector<BuildId> dependencies_of(const Build& build) const;
    std::vector<BuildId> builds_of_source(RebuildId rebuild, SourcePackageId source) const;
    const Seed* newest_seed(const std::string& release) const;
    std::vector<RpmFile> buildroot_rpms_of(const Build& build) const;

    // farm_place.cpp: where and when what is ready goes
    Estimate estimate_for(const std::string& release, const std::string& source) const;
    Placement placement_of(const Build& build) const;
    Placement placement_of(const Comparison& comparison) const;
    Placement placement_of(const Rebuild& rebuild,
                           const SourcePackage& source,
                           const Build& build) const;
    double rank_of(const Build& build) const;
    void put_ready(const Build& build);
    void learn(const Build& build, const AttemptReport& report, Decision& decision);
    void rank_anew(const std::string& release, const SourcePackage& source);
    void find_critical(TimePoint now);
    void add_comparisons(const Rebuild& rebuild,
                         const std::vector<BuildId>& siblings,
                         Decision& decision);
    /// Reuse of earlier builds for one source package: all variants share one dist, so one EVR.
    std::map<std::string, BuildId> choose_reuse(const Rebuild& rebuild,
                                                const std::vector<Build>& siblings) const;
    std::string identity_of(const Rebuild& rebuild, const Build& build) const;

    LeaseGrant grant(const Worker& worker,
                     const RequestLease& request,
                     const ReadyItem& item,
                     TimePoint now,
                     Decision&);
    LeaseGrant grant_of(const Lease& lease) const;
    BuildOrder order_for(const Build& build) const;
    ComparisonOrder order_for(const Comparison& comparison, const std::string& cpu) const;
    SlotOffer offer_to(WorkerId worker, TimePoint now) const;
    bool is_quick_slot(Level level, TimePoint now) const;
    const Lease* lease_of_slot(WorkerId worker, int slot) const;
    std::vector<Lease> leases_of(WorkerId worker) const;
    const Worker* worker_named(const std::string& name) const;
    const Lease* live(const LeaseKey& key) const;

    void take_back_what_exceeds(WorkerId worker, TimePoint now, Decision& decision);
    // farm_report.cpp
    void finish(const Lease& lease, const AttemptReport& report, TimePoint now, Decision& decision);
    /// Whether it was a probing build that must not count against what it built.
    bool end_attempt(Lease lease, const AttemptReport& report, TimePoint now, Decision& decision);
    void lose_lease(const Lease& lease, const std::string& why, TimePoint now, Decision& decision);
    bool prepare_retry(Build& build,
                       const Lease& lease,
                       Outcome outcome,
                       const JudgedFailure& judged,
                       TimePoint now) const;
    void finish_build(Build build,
                      const Lease& lease,
                      const AttemptReport& report,
                      bool probe,
                      TimePoint now,
                      Decision& decision);

    void cancel(const Build& build, TimePoint now, Decision& decision);
    /// `why`: a sentence; empty: as it is.
    void cancel(const Comparison& comparison,
                TimePoint now,
                Decision& decision,
                std::string why = {});

    // farm_health.cpp, farm_blame.cpp: host_health.hpp says the rule
    WorkerHealth health_of(WorkerId worker) const;
    /// Writes the row, and quarantines or takes back as its run of failures says.
    void put_health(WorkerHealth health, TimePoint now, Decision& decision);
    void quarantine(WorkerHealth& health, std::string why, bool by_farm, TimePoint now) const;
    HostFailure failure_of(const Lease& lease, const AttemptReport& report, TimePoint now) const;
    JudgedFailure judge_failure(Build& build,
                                const Lease& lease,
                                const AttemptReport& report,
                                bool probe,
                                TimePoint now,
                                Decision& decision);
    JudgedFailure judge_failure(const Comparison& comparison,
                                const Lease& lease,
                                const AttemptReport& report,
                                TimePoint now,
                                Decision& decision);
    bool wants_second_opinion(const Build& build,
                              const Lease& lease,
                              const WorkerHealth& health) const;
    void withdraw_from_others(const Build& build,
                              const Lease& lease,
                              FailureKind kind,
                              TimePoint now,
                              Decision& decision);
    /// `build`: null if the attempt was of a comparison.
    void note_success(const Lease& lease, const Build* build, TimePoint now, Decision& decision);
    bool confirm_failures(WorkerHealth& health, const Build& build, const std::string& by) const;
    void end_probe(WorkerHealth health,
                   const Lease& lease,
                   const AttemptReport& report,
                   TimePoint now,
                   Decision& decision);
    const ReadyItem* find_probe(WorkerId worker, TimePoint now);
    /// The newest attempt is the worker's probing build.
    void note_probe(WorkerId worker, Decision& decision);
    void hand_back(const Lease& lease, const std::string& why, TimePoint now, Decision& decision);
    std::string tries_text(const Build& build) const;

    void build_ended(BuildId build, TimePoint now, Decision& decision);

    // farm_compare.cpp; `cpu` is "vendor model" of what measured
    const BenchmarkFile* benchmark_of(const Comparison& comparison) const;  ///< null: none
    /// @pre both: there is a benchmark file
    Progress progress_of(const Comparison& comparison, const std::string& cpu) const;
    Judgement judge(const Comparison& comparison, const Progress& progress) const;
    void take_look(const Lease& lease,
                   const LookReport& look,
                   const std::string& cpu,
                   TimePoint now,
                   Decision& decision);
    std::optional<Error> why_not_measured(const Lease& lease) const;
    void finish_comparison(Comparison comparison,
                           const Lease& lease,
                           const AttemptReport& report,
                           bool probe,
                           TimePoint now,
                           Decision& decision);
    void conclude(Comparison comparison,
                  Judgement judgement,
                  const std::string& cpu,
                  TimePoint now,
                  Decision& decision);
    void decide(Comparison comparison,
                Verdict verdict,
                std::string reason,
                TimePoint now,
                Decision& decision);
    void cancel_unasked(TimePoint now, Decision& decision);
    void decide_without_lease(TimePoint now, Decision& decision);
    void settle_comparison(Comparison comparison, TimePoint now, Decision& decision);
    // farm_self_compare.cpp: baselines against themselves
    void add_self_comparison(const Comparison& comparison, Decision& decision);
    bool is_configured(const Comparison& comparison) const;
    void index_of_itself(const Comparison& comparison);
    void forget_if_ended(RebuildId rebuild);
    void cancel_those_of_itself(RebuildId rebuild, TimePoint now, Decision& decision);
    void cancel_unconfigured(TimePoint now, Decision& decision);
    void cancel_without_packages(TimePoint now, Decision& decision);
    // farm_family.cpp: the end of a rebuild's comparisons
    std::vector<std::vector<ComparisonId>> gated_in(RebuildId rebuild) const;
    void close_family_of(RebuildId rebuild, const std::string& variant, Decision& decision);
    void close_families(RebuildId rebuild, TimePoint now, Decision& decision);
    // farm_inherit.cpp: which earlier verdict holds for a comparison, too
    std::string verdict_key_of(const Comparison& comparison) const;
    const Comparison* earlier_of(const Comparison& comparison, TimePoint now) const;
    void inherit(Comparison comparison, const Comparison& from, TimePoint now, Decision& decision);
    // farm_gate.cpp
    /// Of that variant of that package, itself too: of each CPU vendor one.
    const std::vector<ComparisonId>& gated_with(const Comparison& comparison) const;
    std::vector<Waiver> waivers_of(const std::string& release,
                                   const std::string& package,
                                   const std::string& variant) const;
    GateRow gate_row(const Comparison& comparison, TimePoint now) const;
    GateRows gate_rows(RebuildId rebuild, const std::string& package, TimePoint now) const;
    const Comparison* comparison_of_nvr(const DecisionRequest& request) const;
    // farm_abi.cpp
    std::vector<AbiGroup> abi_groups_of(RebuildId rebuild) const;
    void add_abi_stages(RebuildId rebuild,
                        const std::vector<AbiGroup>& groups,
                        std::vector<GateRow>& rows) const;
    const std::vector<BuildId>& published_builds(const Rebuild& rebuild) const;

    void settle_rebuild(RebuildId id, TimePoint now, Decision& decision);
    void start_composes(TimePoint now, Decision& decision);
    void fail_compose(Compose compose,
                      TimePoint now,
                      Decision& decision,
                      const std::string& client_check = "");
    std::vector<SourceOutcome> outcomes_of(RebuildId rebuild) const;
    PublishedBase published_base(const std::string& release, const std::string& stream) const;
    StreamClients clients_of(const Compose& compose, const std::string& stream) const;
    StreamClients clients_of(const StreamMove& move) const;
    RunCompose order_for(const Compose& compose) const;
    std::vector<BuildNote> notes_of(const Compose& compose) const;
    std::vector<Withheld> withheld_from(const Compose& compose) const;

    // farm_streams.cpp
    const StreamMove* pending_move(const std::string& release, const std::string& stream) const;
    void start_move(StreamMove move, TimePoint now, Decision& decision);
    struct MoveOutcome {
        std::string error;  ///< empty: the stream has moved
        std::string client_check;
    };
    void end_move(StreamMove move, MoveOutcome outcome, TimePoint now, Decision& decision);
    Result<ComposeId> move_target(const MoveStream& request) const;
    /// Why that stream cannot show packages of these builds; empty if it can.
    std::string why_other_content(const std::string& release,
                                  const std::string& stream,
                                  const std::vector<BuildId>& builds) const;
    /// The composes whose readers may be late when the stream moves to `next`.
    std::vector<ComposeId> late_composes(const std::string& release,
                                         const std::string& stream,
                                         ComposeId next) const;
    GarbagePlan plan_garbage(TimePoint now, Decision& decision, bool dry_run);

    const Build& origin_of(const Build& build) const;
    std::pair<BuildId, BuildId> origins_of(const Comparison& comparison) const;
    std::vector<RpmFile> rpms_of(const Build& build) const;
    RebuildId rebuild_of(const Lease& lease) const;
    const ReleaseSpec& release_of(RebuildId rebuild) const;
    const VariantSpec& variant_of(const Build& build) const;
    void admit(const WorkerHealth& health);
    void index(const Build& build);
    void index(const Comparison& comparison);
    void index(const Lease& lease);
    void unindex(const Lease& lease);

    const FarmConfig* config_;
    Snapshot state_;
    /// By release and package; made when first asked for, as the policy and the file say.
    mutable std::map<std::pair<std::string, std::string>, SequentialGate> gates_;
    // Derived from state_, rebuilt at start.
    Fleet fleet_;
    ReadyQueue ready_;
    std::map<PackageSetId, SourcePackageId> first_source_of_;
    /// Made when first asked for; orders_ refer to them.
    std::map<std::pair<PackageSetId, Digest>, SourceGraph> graphs_;
    std::map<RebuildId, BuildOrderState> orders_;           ///< of ordered rebuilds that run
    std::vector<std::pair<RebuildId, std::uint32_t>> due_;  ///< source packages to settle
    std::map<std::pair<PackageSetId, Digest>, ResolveFailure> resolve_failures_;
    /// Leases of short builds, and until when they are taken for about to end.
    std::map<AttemptId, TimePoint> quick_leases_;
    TimePoint critical_at_{};                 ///< when find_critical() last looked
    std::map<RebuildId, int> critical_open_;  ///< and what was open then
    std::map<std::string, std::map<BuildId, std::string>> succeeded_by_identity_;  ///< with dist
    std::set<NevraClaim> claims_;  ///< what was built, or is being built
    std::map<std::string, std::set<ComparisonId>> measured_by_key_;  ///< by verdict_key
    std::map<RebuildId, std::vector<BuildId>> builds_of_;
    /// The ready builds of a source package, by release and name: what a new estimate moves.
    std::map<std::pair<std::string, std::string>, std::set<BuildId>> ready_of_source_;
    std::map<RebuildId, std::vector<ComparisonId>> comparisons_of_;  ///< without those of itself
    std::map<RebuildId, std::set<ComparisonId>> open_of_itself_;
    std::map<BuildId, std::vector<ComparisonId>> comparisons_of_build_;
    std::map<RebuildId, int> open_;  ///< builds and comparisons that are not final
    std::map<BuildId, AttemptId> lease_of_build_;
    std::map<ComparisonId, AttemptId> lease_of_comparison_;
    std::map<std::pair<WorkerId, int>, AttemptId> lease_of_slot_;
    std::set<Digest> buildroots_written_;  ///< since it was loaded: once is enough
    std::set<std::pair<TimePoint, AttemptId>> lease_deadlines_;
    std::uint64_t work_news_ = 0;
    bool wants_reload_ = false;
};

}  // namespace terrace::core
