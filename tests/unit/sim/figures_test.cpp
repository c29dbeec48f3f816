#include "tests/sim/app/figures.hpp"

#include <doctest/doctest.h>

#include "tests/unit/sim/campaigns.hpp"

namespace terrace::sim {
namespace {

using namespace std::chrono_literals;

/// Builds of a second, one after the other on one slot: `order` says of which rebuild.
History one_by_one(const Campaign& campaign, const std::vector<int>& order) {
    History history;
    std::vector<std::size_t> next(campaign.rebuilds.size(), 0);
    Duration now{};
    for (const int rebuild : order) {
        const auto index = static_cast<std::size_t>(rebuild);
        const int build = campaign.rebuilds[index].builds[next[index]++];
        history.push_back({build, 0, now, now + Duration(1000), true});
        now += Duration(1000);
    }
    return history;
}

std::vector<SimBuild> many_builds(int count) {
    std::vector<SimBuild> builds;
    for (int i = 0; i < count; ++i) builds.push_back(a_build("p" + std::to_string(i), 1));
    return builds;
}

}  // namespace

TEST_CASE("utilisation counts the slots of each level by themselves") {
    const Campaign campaign = a_campaign({a_build("a", 100), a_build("b", 50)});
    const Fleet fleet = a_fleet({Level::x86_64, Level::x86_64_v3, Level::x86_64_v3});
    const Figures figures =
        compute_figures(campaign, fleet, {{0, 0, 0s, 100s, true}, {1, 1, 0s, 50s, true}});
    CHECK(figures.makespan == 100s);
    CHECK(figures.utilisation.overall.at(Level::x86_64) == doctest::Approx(1));
    CHECK(figures.utilisation.overall.at(Level::x86_64_v3) == doctest::Approx(0.25));
    CHECK(figures.utilisation.tenths.at(Level::x86_64_v3)[4] == doctest::Approx(0.5));
    CHECK(figures.utilisation.tenths.at(Level::x86_64_v3)[5] == doctest::Approx(0));
    CHECK(figures.utilisation.bucket == 1s);
    CHECK(figures.utilisation.by_level.at(Level::x86_64).size() == 100);
}

TEST_CASE("a wait begins when all that a build needs is there, and ends with its first attempt") {
    Campaign campaign = a_campaign({a_build("a", 10), a_build("b", 10)});
    campaign.builds[1].needs = {0};
    const Figures figures =
        compute_figures(campaign, a_fleet({Level::x86_64}),
                        {{0, 0, 5s, 7s, false}, {0, 0, 8s, 18s, true}, {1, 0, 21s, 31s, true}});
    const Waits& waits = figures.waits.at(PriorityClass::normal);
    CHECK(waits.builds == 2);
    CHECK(waits.median == 3s);
    CHECK(waits.max == 5s);
    CHECK(figures.failed_attempts == 1);
}

TEST_CASE("taking turns is fair, one after the other is not") {
    Campaign campaign = a_campaign(many_builds(300));
    add_rebuild(campaign, many_builds(300), PriorityClass::normal, 0s);
    const Fleet fleet = a_fleet({Level::x86_64});
    std::vector<int> turns;
    std::vector<int> one_third;
    for (int i = 0; i < 600; ++i) turns.push_back(i % 2);
    CHECK(compute_figures(campaign, fleet, one_by_one(campaign, turns)).fair_share_min.value() ==
          doctest::Approx(1).epsilon(0.01));
    for (int i = 0; i < 400; ++i) one_third.push_back(i % 4 == 0 ? 1 : 0);
    for (int i = 0; i < 200; ++i) one_third.push_back(1);
    // A quarter of the time instead of half of it.
    CHECK(
        compute_figures(campaign, fleet, one_by_one(campaign, one_third)).fair_share_min.value() ==
        doctest::Approx(0.5).epsilon(0.02));
    CHECK_FALSE(compute_figures(a_campaign(many_builds(1)), fleet, {{0, 0, 0s, 1s, true}})
                    .fair_share_min.has_value());
}

TEST_CASE("a rebuild that was not there yet is owed nothing") {
    Campaign campaign = a_campaign(many_builds(700));
    add_rebuild(campaign, many_builds(300), PriorityClass::normal, 400s);
    std::vector<int> order(400, 0);
    for (int i = 0; i < 600; ++i) order.push_back(i % 2);
    const Figures figures =
        compute_figures(campaign, a_fleet({Level::x86_64}), one_by_one(campaign, order));
    CHECK(figures.fair_share_min.value() == doctest::Approx(1).epsilon(0.01));
}

}  // namespace terrace::sim
