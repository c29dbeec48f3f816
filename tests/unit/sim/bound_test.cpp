#include "tests/sim/app/bound.hpp"

#include <doctest/doctest.h>

#include "tests/unit/sim/campaigns.hpp"

namespace terrace::sim {

using namespace std::chrono_literals;

TEST_CASE("the bound of a level is its work and all above over the slots that can do it") {
    const Campaign campaign =
        a_campaign({a_build("a", 100), a_build("b", 200), a_build("c", 90, Level::x86_64_v3),
                    a_build("d", 150, Level::x86_64_v3)});
    const Bound bound =
        lower_bound(campaign, a_fleet({Level::x86_64, Level::x86_64, Level::x86_64_v3}));
    CHECK(bound.by_level.at(Level::x86_64) == 180s);
    CHECK(bound.by_level.at(Level::x86_64_v3) == 240s);
    CHECK(bound.longest_build == 200s);
    CHECK(bound.max() == 240s);
}

TEST_CASE("the longest build counts at the speed of the fastest slot that can run it") {
    Fleet fleet = a_fleet({Level::x86_64, Level::x86_64_v3});
    fleet.slots[0].speed = 4;
    const Campaign campaign = a_campaign({a_build("a", 100, Level::x86_64_v3), a_build("b", 200)});
    CHECK(lower_bound(campaign, fleet).longest_build == 100s);
}

TEST_CASE("a chain of needs is as long as its builds together") {
    Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 20), a_build("c", 30)});
    campaign.builds[1].needs = {0};
    campaign.builds[2].needs = {1};
    const Bound bound =
        lower_bound(campaign, a_fleet({Level::x86_64, Level::x86_64, Level::x86_64}));
    CHECK(bound.critical_path == 60s);
    CHECK(bound.max() == 60s);
}

TEST_CASE("what comes late can only start late") {
    Campaign campaign = a_campaign({a_build("a", 10)});
    add_rebuild(campaign, {a_build("b", 50), a_build("c", 30)}, PriorityClass::urgent, 100s);
    const Bound bound = lower_bound(campaign, a_fleet({Level::x86_64}));
    CHECK(bound.by_level.at(Level::x86_64) == 180s);
    CHECK(bound.longest_build == 150s);
    campaign.builds[0].true_time = 300s;  // and what was there before is in its way
    CHECK(lower_bound(campaign, a_fleet({Level::x86_64})).by_level.at(Level::x86_64) == 380s);
}

}  // namespace terrace::sim
