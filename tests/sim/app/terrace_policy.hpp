#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/engine/engine.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/fleet.hpp"
#include "tests/sim/app/policy.hpp"

namespace terrace::sim {

/// The farm itself: the real Engine and Farm, spoken to as the REST API speaks to them, on a store
/// that keeps nothing and with a composer that is done at once. This file pair alone knows the
/// scheduler.
class TerracePolicy final : public Policy {
public:
    /// Registers the workers. `campaign` and `fleet` must outlive it.
    TerracePolicy(const Campaign& campaign, const Fleet& fleet);

    /// Throws std::runtime_error with the farm's own words when it refuses the rebuild.
    void submit(int rebuild, Duration now) override;
    void ended(const Ended& attempt, Duration now) override;
    std::vector<Start> dispatch(const std::vector<int>& free_slots, Duration now) override;
    std::optional<Duration> wake_at(Duration now) const override;

private:
    /// Memory is never lost here, so nothing has to be read back but what the farm knows when it
    /// starts: how long builds took before.
    class NoStore final : public engine::Store {
    public:
        explicit NoStore(core::Snapshot known) : known_(std::move(known)) {}
        core::Snapshot load() override { return known_; }
        void commit(const std::vector<core::Change>&) override {}

    private:
        core::Snapshot known_;
    };
    /// The campaign says what needs what, so the policy tells the farm itself.
    class NoResolver final : public engine::Resolver {
    public:
        void start(core::ResolveDependencies, std::vector<core::SourcePackage>, Ended) override {}
    };
    class InstantComposer final : public engine::Composer {
    public:
        void start(core::RunCompose order, Ended ended) override { ended({order.compose.id, ""}); }
        void start(core::RunMove order, MoveEnded ended) override { ended({order.move.id, ""}); }
    };

    std::vector<Result<core::Reply>> send(std::vector<core::Event> events, Duration now);
    core::Reply must_send(core::Event event, Duration now);
    core::DependenciesResolved dependencies_of(int rebuild, PackageSetId set) const;
    void register_machine(int machine);
    core::RequestLease request_for(int slot) const;

    const Campaign& campaign_;
    const Fleet& fleet_;
    core::FarmConfig config_;
    NoStore store_;
    InstantComposer composer_;
    NoResolver resolver_;
    std::vector<engine::Command> posted_;  ///< by the composer, for the next batch
    engine::Engine engine_;
    std::vector<WorkerId> workers_;  ///< of each machine
    /// By the SRPM's digest, which is another for each rebuild, and the variant's mock config.
    std::map<std::pair<std::string, std::string>, int> build_by_order_;
    std::map<int, LeaseGrant> running_;     ///< by slot
    std::map<int, std::uint64_t> refused_;  ///< the farm's work news when a slot got nothing
    std::optional<Duration> retry_at_;      ///< something may be in back-off
};

}  // namespace terrace::sim
