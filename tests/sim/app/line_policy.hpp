#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/policy.hpp"
#include "tests/sim/app/readiness.hpp"

namespace terrace::sim {

/// Builds stand in one line; each free slot, the first of the fleet first, takes the first that it
/// can run.
class LinePolicy final : public Policy {
public:
    /// Smaller goes first.
    using Place = std::array<std::int64_t, 3>;
    using PlaceOf = Place (*)(const Campaign& campaign, int build);

    /// `campaign` and `fleet` must outlive it.
    LinePolicy(const Campaign& campaign, const Fleet& fleet, PlaceOf place_of);

    void submit(int rebuild, Duration now) override;
    void ended(const Ended& attempt, Duration now) override;
    std::vector<Start> dispatch(const std::vector<int>& free_slots, Duration now) override;
    std::optional<Duration> wake_at(Duration) const override { return std::nullopt; }

private:
    using Line = std::map<Place, int>;
    void put(int build);
    std::optional<int> take_for(const Slot& slot);

    const Campaign& campaign_;
    const Fleet& fleet_;
    PlaceOf place_of_;
    Readiness readiness_;
    std::map<Level, Line> lines_;  ///< one for each run level, so that a search skips none
};

/// By age: rebuilds as they were submitted, packages by name. It knows no priority.
LinePolicy::Place fifo_place(const Campaign& campaign, int build);

/// As the Open Build Service orders: what most packages wait for first, then age; it knows no
/// durations. It counts what is blocked at the moment, along expanded dependencies; here it is
/// given the number of all direct dependents, in flat rebuilds, too, where nothing is blocked and
/// the real one would go by age. The priority class goes before all, as an administrator can set it
/// for a project.
LinePolicy::Place obs_place(const Campaign& campaign, int build);

}  // namespace terrace::sim
