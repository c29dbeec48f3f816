#include "tests/sim/app/simulation.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/sim/app/line_policy.hpp"
#include "tests/sim/app/terrace_policy.hpp"
#include "tests/unit/sim/campaigns.hpp"

namespace terrace::sim {
namespace {

using namespace std::chrono_literals;

/// Starts what it is told to, whether that is right or not.
class Stubborn final : public Policy {
public:
    explicit Stubborn(std::vector<Start> starts) : starts_(std::move(starts)) {}
    void submit(int, Duration) override {}
    void ended(const Ended&, Duration) override {}
    std::vector<Start> dispatch(const std::vector<int>&, Duration) override {
        return std::exchange(starts_, {});
    }
    std::optional<Duration> wake_at(Duration) const override { return std::nullopt; }

private:
    std::vector<Start> starts_;
};

}  // namespace

TEST_CASE("a policy that breaks a rule is stopped") {
    Campaign campaign =
        a_campaign({a_build("a", 10), a_build("b", 10, Level::x86_64_v3), a_build("c", 10)});
    campaign.builds[2].needs = {0};
    const Fleet fleet = a_fleet({Level::x86_64, Level::x86_64});
    const auto play = [&](std::vector<Start> starts) {
        Stubborn policy(std::move(starts));
        (void)simulate(campaign, fleet, policy, 1);
    };
    CHECK_THROWS_AS(play({{0, 0}, {0, 1}}), std::logic_error);  // one build twice
    CHECK_THROWS_AS(play({{0, 0}, {2, 0}}), std::logic_error);  // one slot twice
    CHECK_THROWS_AS(play({{1, 0}}), std::logic_error);          // above the slot's level
    CHECK_THROWS_AS(play({{2, 0}}), std::logic_error);          // before what it needs
    CHECK_THROWS_AS(play({{0, 0}}), std::logic_error);          // and then it stands still
}

TEST_CASE("a fast machine builds in less time") {
    const Campaign campaign = a_campaign({a_build("a", 100)});
    Fleet fleet = a_fleet({Level::x86_64});
    fleet.slots[0].speed = 2;
    LinePolicy policy(campaign, fleet, fifo_place);
    CHECK(makespan_of(simulate(campaign, fleet, policy, 1)) == 50s);
}

TEST_CASE("what a machine failed is tried again until it succeeds, whoever decides") {
    std::vector<SimBuild> builds;
    for (int i = 0; i < 200; ++i) builds.push_back(a_build("p" + std::to_string(100 + i), 60));
    const Campaign campaign = a_campaign(std::move(builds));
    Fleet fleet = a_fleet({Level::x86_64, Level::x86_64_v3});
    for (Slot& slot : fleet.slots) slot.failure_rate = 0.25;
    LinePolicy fifo(campaign, fleet, fifo_place);
    TerracePolicy terrace(campaign, fleet);
    for (Policy* policy : {static_cast<Policy*>(&fifo), static_cast<Policy*>(&terrace)}) {
        const History history = simulate(campaign, fleet, *policy, 1);
        int failed = 0;
        for (const PlayedAttempt& attempt : history) {
            failed += attempt.ok ? 0 : 1;
            CHECK((attempt.ok ? attempt.end - attempt.start == 60s
                              : attempt.end - attempt.start < 60s));
        }
        CHECK(history.size() == 200U + static_cast<std::size_t>(failed));
        CHECK(failed > 40);
        CHECK(failed < 100);
    }
}

TEST_CASE("a back-off ends by time alone") {
    const Campaign campaign = a_campaign({a_build("a", 10)});
    Fleet fleet = a_fleet({Level::x86_64});
    fleet.slots[0].failure_rate = 0.9;
    TerracePolicy policy(campaign, fleet);
    const History history = simulate(campaign, fleet, policy, 1);
    REQUIRE(history.size() > 1);
    CHECK(history[1].start > history[0].end);
}

TEST_CASE("the real farm builds each of many rebuilds, and reuses nothing") {
    Campaign campaign;
    for (int i = 0; i < 120; ++i) {
        add_rebuild(campaign, {a_build("a", 10), a_build("b", 10)}, PriorityClass::normal,
                    std::chrono::seconds(30 * i));
    }
    const Fleet fleet = a_fleet({Level::x86_64});
    TerracePolicy policy(campaign, fleet);
    CHECK(simulate(campaign, fleet, policy, 1).size() == 240);
}

TEST_CASE("the real farm builds several rebuilds of several variants to their end") {
    Campaign campaign =
        a_campaign({a_build("a", 10), a_build("a", 10, Level::x86_64_v3), a_build("b", 5)});
    campaign.builds[2].noarch = true;
    add_rebuild(campaign, {a_build("a", 10, Level::x86_64_v3)}, PriorityClass::urgent, 3s);
    add_rebuild(campaign, {a_build("a", 10)}, PriorityClass::background, 4s);
    const Fleet fleet = a_fleet({Level::x86_64, Level::x86_64_v4});
    TerracePolicy policy(campaign, fleet);
    const History history = simulate(campaign, fleet, policy, 1);
    CHECK(history.size() == 5);
    CHECK(makespan_of(history) <= 35s);
}

}  // namespace terrace::sim
