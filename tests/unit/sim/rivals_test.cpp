#include <doctest/doctest.h>

#include "tests/sim/app/koji_policy.hpp"
#include "tests/sim/app/line_policy.hpp"
#include "tests/unit/sim/campaigns.hpp"

namespace terrace::sim {
namespace {

using namespace std::chrono_literals;

std::string play_line(const Campaign& campaign, const Fleet& fleet, LinePolicy::PlaceOf place) {
    LinePolicy policy(campaign, fleet, place);
    return starts_of(campaign, simulate(campaign, fleet, policy, 1));
}

std::string play_koji(const Campaign& campaign, const Fleet& fleet, Duration interval = 0s) {
    KojiPolicy policy(campaign, fleet, interval);
    return starts_of(campaign, simulate(campaign, fleet, policy, 1));
}

}  // namespace

TEST_CASE("fifo goes by age and lets a slot take what it can run") {
    const Campaign campaign =
        a_campaign({a_build("a", 10, Level::x86_64_v3), a_build("b", 20), a_build("c", 5)});
    CHECK(play_line(campaign, a_fleet({Level::x86_64, Level::x86_64_v3}), fifo_place) ==
          "b@0 a@1 c@1");
}

TEST_CASE("fifo knows no priority") {
    Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 10)});
    add_rebuild(campaign, {a_build("hurry", 1)}, PriorityClass::urgent, 5s);
    CHECK(play_line(campaign, a_fleet({Level::x86_64}), fifo_place) == "a@0 b@0 hurry@0");
    CHECK(play_line(campaign, a_fleet({Level::x86_64}), obs_place) == "a@0 hurry@0 b@0");
    CHECK(play_koji(campaign, a_fleet({Level::x86_64})) == "a@0 hurry@0 b@0");
}

TEST_CASE("obs takes first what most others need") {
    Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 10), a_build("c", 10)});
    campaign.builds[1].dependents = 1;
    campaign.builds[2].dependents = 7;
    CHECK(play_line(campaign, a_fleet({Level::x86_64}), obs_place) == "c@0 b@0 a@0");
}

TEST_CASE("a build waits for what it needs, whoever decides") {
    Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 10), a_build("c", 10)});
    campaign.builds[0].needs = {2};
    const Fleet fleet = a_fleet({Level::x86_64});
    CHECK(play_line(campaign, fleet, fifo_place) == "b@0 c@0 a@0");
    CHECK(play_koji(campaign, fleet) == "b@0 c@0 a@0");
}

TEST_CASE("koji spreads builds over hosts: the one with the least load and fewest attempts") {
    const Fleet fleet = make_fleet({{.level = Level::x86_64, .slots = 2, .memory_mib = 1024},
                                    {.level = Level::x86_64, .slots = 2, .memory_mib = 1024}});
    const Campaign campaign = a_campaign({a_build("a", 100), a_build("b", 100), a_build("c", 100)});
    CHECK(play_koji(campaign, fleet) == "a@0 b@2 c@1");
}

TEST_CASE("koji counts attempts beside their weight") {
    const Machine machine{.level = Level::x86_64, .slots = 4, .memory_mib = 1024};
    const Fleet fleet = make_fleet({machine, machine});
    // The heavy one weighs 3.7: one attempt of it ranks below two of 1.5, though they weigh less.
    const Campaign campaign =
        a_campaign({a_build("heavy", 10'560), a_build("a", 1), a_build("b", 1), a_build("c", 1)});
    CHECK(play_koji(campaign, fleet) == "heavy@0 a@4 b@5 c@1");
}

TEST_CASE("koji's demand keeps a host that others must use for them when both are idle") {
    const Fleet fleet = a_fleet({Level::x86_64_v3, Level::x86_64});
    const Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 10, Level::x86_64_v3)});
    CHECK(play_koji(campaign, fleet) == "a@1 b@0");
}

TEST_CASE("a heavy host takes no more than its capacity, however many slots it has") {
    // Each weighs 1.5 + 18: with the first one on it, the machine is full.
    const Fleet fleet = make_fleet({{.level = Level::x86_64, .slots = 2, .memory_mib = 1024}});
    const Campaign campaign = a_campaign({a_build("a", 100'000), a_build("b", 100'000)});
    CHECK(play_koji(campaign, fleet) == "a@0 b@0");
}

TEST_CASE("between two runs of koji's scheduler a free slot waits") {
    const Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 10)});
    const Fleet fleet = a_fleet({Level::x86_64});
    KojiPolicy policy(campaign, fleet, 60s);
    const History history = simulate(campaign, fleet, policy, 1);
    REQUIRE(history.size() == 2);
    CHECK(history[1].start == 60s);
}

}  // namespace terrace::sim
