#include "tests/sim/app/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/sim/app/draw.hpp"

namespace terrace::sim {
namespace {

enum class What { ended, submitted };

/// In the order in which they happen; what comes at one moment is told by index.
struct Moment {
    Duration at{};
    What what = What::ended;
    int index = 0;  ///< of the attempt, or of the rebuild
    friend auto operator<=>(const Moment&, const Moment&) = default;
};

class Player {
public:
    Player(const Campaign& campaign, const Fleet& fleet, Policy& policy, std::uint64_t seed)
        : campaign_(campaign),
          fleet_(fleet),
          policy_(policy),
          seed_(seed),
          state_(campaign.builds.size(), State::unknown),
          attempts_(campaign.builds.size(), 0) {
        for (std::size_t i = 0; i < fleet.slots.size(); ++i) free_.insert(static_cast<int>(i));
        for (std::size_t i = 0; i < campaign.rebuilds.size(); ++i)
            moments_.insert({campaign.rebuilds[i].submitted, What::submitted, static_cast<int>(i)});
    }

    History play(const ProgressReport& progress) {
        Duration now{};
        while (done_ < campaign_.builds.size()) {
            now = next_time(now);
            while (!moments_.empty() && moments_.begin()->at <= now) {
                const Moment moment = *moments_.begin();
                moments_.erase(moments_.begin());
                happen(moment);
            }
            const std::vector<int> free(free_.begin(), free_.end());
            for (const Start& start : policy_.dispatch(free, now)) begin(start, now);
            progress(done_, campaign_.builds.size());
        }
        return std::move(history_);
    }

private:
    enum class State { unknown, waiting, running, done };

    static void must(bool holds, const std::string& what) {
        if (!holds) throw std::logic_error("The policy broke a rule: " + what);
    }

    State& state(int build) { return state_[static_cast<std::size_t>(build)]; }

    Duration next_time(Duration now) const {
        std::optional<Duration> next = policy_.wake_at(now);
        must(!next || *next > now, "it wants to be woken in the past");
        if (!moments_.empty() && (!next || moments_.begin()->at < *next))
            next = moments_.begin()->at;
        must(next.has_value(), "it stands still with " +
                                   std::to_string(campaign_.builds.size() - done_) +
                                   " builds left");
        return *next;
    }

    void happen(const Moment& moment) {
        if (moment.what == What::submitted) {
            for (const int build :
                 campaign_.rebuilds[static_cast<std::size_t>(moment.index)].builds)
                state(build) = State::waiting;
            policy_.submit(moment.index, moment.at);
            return;
        }
        const PlayedAttempt& attempt = history_[static_cast<std::size_t>(moment.index)];
        state(attempt.build) = attempt.ok ? State::done : State::waiting;
        done_ += attempt.ok ? 1 : 0;
        free_.insert(attempt.slot);
        policy_.ended({attempt.build, attempt.slot, attempt.ok, attempt.end - attempt.start},
                      moment.at);
    }

    void begin(const Start& start, Duration now) {
        const SimBuild& build = campaign_.builds.at(static_cast<std::size_t>(start.build));
        const std::string name = build.source + " for " + build.variant;
        must(state(start.build) == State::waiting, name + " does not wait");
        must(free_.erase(start.slot) == 1, name + " got a slot that is busy");
        const Slot& slot = fleet_.slots[static_cast<std::size_t>(start.slot)];
        must(fits(build, slot), name + " got a slot that cannot run it");
        for (const int need : build.needs)
            must(state(need) == State::done, name + " came before what it needs");
        state(start.build) = State::running;
        history_.push_back(attempt_of(build, start, slot, now));
        moments_.insert({history_.back().end, What::ended, static_cast<int>(history_.size()) - 1});
    }

    PlayedAttempt attempt_of(const SimBuild& build,
                             const Start& start,
                             const Slot& slot,
                             Duration now) {
        double time = static_cast<double>(build.true_time.count()) / slot.speed;
        const int number = attempts_[static_cast<std::size_t>(start.build)]++;
        Draw draw(seed_, "fails/" + std::to_string(build.rebuild) + "/" + build.source + "/" +
                             build.variant + "/" + std::to_string(number));
        const bool fails = draw.unit() < slot.failure_rate;
        if (fails) time *= draw.unit();  // it is lost somewhere on the way
        const auto ran = Duration(std::max<std::int64_t>(1, std::llround(time)));
        return {start.build, start.slot, now, now + ran, !fails};
    }

    const Campaign& campaign_;
    const Fleet& fleet_;
    Policy& policy_;
    std::uint64_t seed_;
    std::vector<State> state_;
    std::vector<int> attempts_;
    std::set<int> free_;
    std::set<Moment> moments_;
    History history_;
    std::size_t done_ = 0;
};

}  // namespace

History simulate(const Campaign& campaign,
                 const Fleet& fleet,
                 Policy& policy,
                 std::uint64_t seed,
                 const ProgressReport& progress) {
    return Player(campaign, fleet, policy, seed).play(progress);
}

}  // namespace terrace::sim
