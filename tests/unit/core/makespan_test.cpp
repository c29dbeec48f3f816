#include "scheduler/core/makespan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "tests/sim/sim_random.hpp"

namespace terrace::core {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr auto kV1 = Level::x86_64;
constexpr auto kV2 = Level::x86_64_v2;
constexpr auto kV3 = Level::x86_64_v3;
constexpr auto kV4 = Level::x86_64_v4;

PlannedBuild a_build(double seconds, Level run_level) {
    return {.seconds = seconds, .run_level = run_level};
}

/// The definition, in the obvious quadratic way.
double naive_makespan(std::vector<PlannedBuild> builds, const std::vector<SlotGroup>& groups) {
    struct Slot {
        double free_at;
        Level level;
    };
    std::vector<Slot> slots;
    for (const SlotGroup& group : groups) {
        for (int i = 0; i < group.slots; ++i) slots.push_back({0, group.level});
    }
    double end = 0;
    while (!builds.empty()) {
        if (slots.empty()) return kNever;
        const auto slot = std::ranges::min_element(slots, [](const Slot& a, const Slot& b) {
            return a.free_at != b.free_at ? a.free_at < b.free_at : a.level < b.level;
        });
        auto best = builds.end();
        for (auto it = builds.begin(); it != builds.end(); ++it) {
            if (it->run_level > slot->level) continue;
            if (best == builds.end() || it->run_level > best->run_level ||
                (it->run_level == best->run_level && it->seconds > best->seconds)) {
                best = it;
            }
        }
        if (best == builds.end()) {
            slots.erase(slot);
            continue;
        }
        slot->free_at += best->seconds;
        end = std::max(end, slot->free_at);
        builds.erase(best);
    }
    return end;
}

}  // namespace

TEST_CASE("without builds nothing binds") {
    const MakespanBounds result = bounds({}, {{kV1, 4}}, 0);
    CHECK(result.limit == MakespanLimit::nothing);
    CHECK(result.seconds == 0);
    CHECK(expected_makespan({}, {}) == 0);
}

TEST_CASE("high levels are scarce: their work divided by their slots may bind") {
    const std::vector<PlannedBuild> builds = {a_build(10, kV1), a_build(20, kV1), a_build(30, kV3),
                                              a_build(30, kV3)};
    const std::vector<SlotGroup> groups = {{kV1, 7}, {kV3, 1}, {kV4, 0}};
    const MakespanBounds result = bounds(builds, groups, 35);
    REQUIRE(result.levels.size() == 2);
    CHECK(result.levels[0] ==
          LevelBound{.level = kV1, .slots = 8, .work_seconds = 90, .seconds = 11.25});
    CHECK(result.levels[1] ==
          LevelBound{.level = kV3, .slots = 1, .work_seconds = 60, .seconds = 60});
    CHECK(result.longest_build == 30);
    CHECK(result.critical_path == 35);
    CHECK(result.seconds == 60);
    CHECK(result.limit == MakespanLimit::level_work);
    CHECK(result.limit_level == kV3);
    CHECK(expected_makespan(builds, groups) == 60);
}

TEST_CASE("with slots enough the longest build binds, or the longest chain") {
    const std::vector<PlannedBuild> builds = {a_build(10, kV1), a_build(50, kV2)};
    MakespanBounds result = bounds(builds, {{kV4, 10}}, 40);
    CHECK(result.limit == MakespanLimit::longest_build);
    CHECK(result.seconds == 50);
    CHECK(result.limit_level == std::nullopt);
    result = bounds(builds, {{kV4, 10}}, 60);
    CHECK(result.limit == MakespanLimit::critical_path);
    CHECK(result.seconds == 60);
}

TEST_CASE("what no slot can run never ends, and the lowest such level is named") {
    const std::vector<PlannedBuild> builds = {a_build(10, kV1), a_build(0, kV3), a_build(10, kV4)};
    const std::vector<SlotGroup> groups = {{kV2, 3}, {kV4, 0}};
    const MakespanBounds result = bounds(builds, groups, 20);
    CHECK(result.seconds == kNever);
    CHECK(result.limit == MakespanLimit::no_slots);
    CHECK(result.limit_level == kV3);
    CHECK(result.levels[0].slots == 3);
    CHECK(result.levels[0].seconds == doctest::Approx(20.0 / 3));
    CHECK(result.levels[1].seconds == kNever);
    CHECK(expected_makespan(builds, groups) == kNever);
    CHECK(expected_makespan(builds, {}) == kNever);
}

TEST_CASE("a slot takes the highest level it can run, then the longest build") {
    // The v3 slot does 5, then helps with what is left of v1: 6 and 4 go to the v1 slot and to it.
    CHECK(expected_makespan({a_build(4, kV1), a_build(6, kV1), a_build(5, kV3)},
                            {{kV1, 1}, {kV3, 1}}) == 9);
    CHECK(expected_makespan({a_build(1, kV1), a_build(1, kV1), a_build(2, kV1)}, {{kV1, 2}}) == 2);
}

TEST_CASE("any farm: the schedule is that of the definition, and keeps to the bounds") {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        CAPTURE(seed);
        sim::SimRandom random(seed);
        const std::vector<Level> levels = {kV1, kV2, kV3, kV4};
        std::vector<SlotGroup> groups;
        for (const Level level : levels) groups.push_back({level, random.below(4)});
        std::vector<PlannedBuild> builds;
        for (int i = random.below(40); i > 0; --i) {
            builds.push_back(
                a_build(random.below(100), levels[static_cast<std::size_t>(random.below(4))]));
        }
        const double expected = expected_makespan(builds, groups);
        REQUIRE(expected == naive_makespan(builds, groups));
        const MakespanBounds result = bounds(builds, groups, 0);
        REQUIRE(expected >= result.seconds - 1e-9);
        REQUIRE((expected == kNever) == (result.limit == MakespanLimit::no_slots));
        // Until the last build starts, every slot that could run it has work of its level or above.
        double busy = 0;
        for (const LevelBound& level : result.levels) busy = std::max(busy, level.seconds);
        REQUIRE(expected <= busy + result.longest_build + 1e-9);
    }
}

TEST_CASE("40,000 builds on 2,000 slots are planned at once") {
    sim::SimRandom random(1);
    std::vector<PlannedBuild> builds;
    for (int i = 0; i < 40'000; ++i) {
        builds.push_back(a_build(60 + random.below(3000), i % 2 == 0 ? kV1 : kV3));
    }
    const std::vector<SlotGroup> groups = {{kV1, 500}, {kV2, 500}, {kV3, 900}, {kV4, 100}};
    const MakespanBounds result = bounds(builds, groups, 0);
    const double expected = expected_makespan(builds, groups);
    CHECK(expected >= result.seconds);
    CHECK(expected <= result.seconds + result.longest_build);
}

}  // namespace terrace::core
