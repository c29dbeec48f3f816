#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/policy.hpp"
#include "tests/sim/app/readiness.hpp"

namespace terrace::sim {

/// Orders and places as Koji's hub does (koji-project/koji, kojihub/scheduler.py, 1.34 and later;
/// our words):
///
/// - The first 1,000 free builds by priority, then age.
/// - A host may take a build if its level is high enough (there: its arches), it has a free slot
///   (maxjobs), and capacity - load > weight - 5 (CapacityOvercommit). A host's load is the sum of
///   the weights of what it runs.
/// - A build weighs 1.5 + min(18, expected seconds / 4800); the expected time is the only thing
///   that the hub learns, and it decides where, never when.
/// - Builds go, in that order, to the host of the lowest rank = load + attempts running + demand,
///   where demand is what all waiting builds weigh, each shared between the hosts that may take
///   it, as a part of the sum over all hosts.
///
/// What it is given for nothing: hosts with capacity for the heaviest build, no build on a slot
/// that has too little memory (an administrator's groups of hosts), order between builds (chain
/// builds), and, at `run_interval` 0, a scheduler run at every moment at which something happens.
/// The hub runs at most every 60 seconds.
class KojiPolicy final : public Policy {
public:
    /// `campaign` and `fleet` must outlive it.
    KojiPolicy(const Campaign& campaign, const Fleet& fleet, Duration run_interval);

    void submit(int rebuild, Duration now) override;
    void ended(const Ended& attempt, Duration now) override;
    std::vector<Start> dispatch(const std::vector<int>& free_slots, Duration now) override;
    std::optional<Duration> wake_at(Duration now) const override;

private:
    struct Host {
        double capacity = 0;
        double load = 0;
        double demand = 0;
        int running = 0;
        std::vector<int> free_slots;  ///< during a run

        double rank() const { return load + running + demand; }
    };
    /// (negative class, submitted, build)
    using Place = std::tuple<int, Duration, int>;

    void put(int build);
    double weight_of(int build) const;
    bool may_take(const Host& host, int build, double available_min) const;
    Host& host_of(int slot);
    void compute_demand(const std::vector<Place>& queue, const std::vector<Host*>& open);
    std::optional<Start> assign(int build, std::vector<Host*>& open);

    const Campaign& campaign_;
    const Fleet& fleet_;
    Duration run_interval_;
    Readiness readiness_;
    std::vector<Host> hosts_;
    std::set<Place> queue_;
    std::optional<Duration> last_run_;
};

}  // namespace terrace::sim
