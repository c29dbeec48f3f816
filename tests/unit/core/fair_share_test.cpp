#include "scheduler/core/fair_share.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "tests/sim/sim_random.hpp"

namespace terrace::core {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{std::chrono::hours(1000)};
constexpr RebuildId kA{1};
constexpr RebuildId kB{2};
constexpr RebuildId kC{3};

/// Some slots and rebuilds that always have a build ready, each of some minutes.
class BusyFarm {
public:
    BusyFarm(FairShare& shares, int slots, std::uint64_t seed)
        : shares_(shares), random_(seed), free_(slots) {}

    /// From then on it asks for slots; its builds take from half to one and a half of `length`.
    void begin(RebuildId rebuild, Duration length) { lengths_[rebuild] = length; }
    void stop(RebuildId rebuild) { lengths_.erase(rebuild); }

    void run_until(TimePoint end) {
        fill();
        while (!running_.empty() && running_.begin()->first <= end) {
            const auto [at, rebuild] = *running_.begin();
            running_.erase(running_.begin());
            now_ = at;
            shares_.ended(rebuild, now_);
            ++free_;
            fill();
        }
        now_ = end;
    }
    /// Slot-hours granted since the last call.
    std::map<RebuildId, double> take_granted() { return std::exchange(granted_, {}); }

private:
    void fill() {
        for (; free_ > 0 && !lengths_.empty(); --free_) {
            const auto next = std::ranges::min_element(lengths_, [&](const auto& a, const auto& b) {
                return shares_.before(a.first, b.first, now_);
            });
            const Duration length = next->second * (50 + random_.below(101)) / 100;
            shares_.granted(next->first, now_);
            running_.emplace(now_ + length, next->first);
            granted_[next->first] += std::chrono::duration<double>(length).count() / 3600;
        }
    }

    FairShare& shares_;
    sim::SimRandom random_;
    int free_;
    TimePoint now_ = kStart;
    std::map<RebuildId, Duration> lengths_;
    std::multimap<TimePoint, RebuildId> running_;
    std::map<RebuildId, double> granted_;
};

}  // namespace

TEST_CASE("who holds fewer slots for its share goes first") {
    FairShare shares;
    shares.set_share(kA, 2);
    shares.set_share(kB, 1);
    CHECK(shares.before(kA, kB, kStart));  // nothing held, nothing used: the older one
    shares.granted(kA, kStart);
    CHECK(shares.before(kB, kA, kStart));
    shares.granted(kB, kStart);
    CHECK(shares.before(kA, kB, kStart));  // one of two against one of one
    shares.granted(kA, kStart);
    CHECK(shares.held(kA) == 2);
    CHECK(shares.held(kB) == 1);
    shares.ended(kB, kStart + 1s);
    CHECK(shares.held(kB) == 0);
    CHECK(shares.before(kB, kA, kStart + 1s));
}

TEST_CASE("usage is slot-seconds, halved after each half-life") {
    FairShare shares(1h);
    shares.granted(kA, kStart);
    shares.granted(kA, kStart);
    const double full = 2 * 3600 / 0.693147180559945;  // what two slots come to in the end
    CHECK(shares.usage(kA, kStart) == 0);
    CHECK(shares.usage(kA, kStart + 1s) == doctest::Approx(2).epsilon(0.001));
    CHECK(shares.usage(kA, kStart + 1h) == doctest::Approx(full / 2));
    CHECK(shares.usage(kA, kStart + 100h) == doctest::Approx(full));
    shares.ended(kA, kStart + 1h);
    shares.ended(kA, kStart + 1h);
    CHECK(shares.usage(kA, kStart + 2h) == doctest::Approx(full / 4));
    CHECK(shares.usage(kA, kStart + 3h) == doctest::Approx(full / 8));
}

TEST_CASE("usage does not depend on how often it was brought up to date") {
    FairShare coarse;
    FairShare fine;
    coarse.granted(kA, kStart);
    fine.granted(kA, kStart);
    for (int minute = 1; minute < 90; ++minute) {
        fine.granted(kA, kStart + minute * 1min);
        fine.ended(kA, kStart + minute * 1min);
    }
    CHECK(fine.usage(kA, kStart + 90min) ==
          doctest::Approx(coarse.usage(kA, kStart + 90min)).epsilon(1e-9));
}

TEST_CASE("between equals, who has used less for its share goes first, then the older one") {
    FairShare shares;
    shares.set_share(kB, 2);
    shares.granted(kA, kStart);
    shares.granted(kB, kStart);
    shares.ended(kA, kStart + 10min);
    shares.ended(kB, kStart + 10min);
    CHECK(shares.before(kB, kA, kStart + 10min));
    CHECK_FALSE(shares.before(kA, kB, kStart + 10min));
    CHECK(shares.before(RebuildId{8}, RebuildId{9}, kStart));
    CHECK_FALSE(shares.before(kA, kA, kStart));
}

TEST_CASE("a clock that goes back takes no usage away") {
    FairShare shares;
    shares.granted(kA, kStart);
    const double used = shares.usage(kA, kStart + 10min);
    shares.granted(kA, kStart + 10min);
    shares.ended(kA, kStart);
    CHECK(shares.usage(kA, kStart) == doctest::Approx(used));
    CHECK(shares.usage(kA, kStart + 10min) == doctest::Approx(used));
}

TEST_CASE("who begins is owed nothing for the time before") {
    FairShare shares(1h);
    shares.set_share(kC, 3);
    shares.granted(kA, kStart);
    shares.granted(kB, kStart);
    shares.granted(kB, kStart);
    const TimePoint later = kStart + 30min;
    const double least = shares.usage(kA, later);

    SUBCASE("a newcomer begins with the least usage of those that hold slots") {
        shares.granted(kC, later);
        CHECK(shares.usage(kC, later) == doctest::Approx(3 * least));
        shares.granted(kC, later);
        CHECK(shares.usage(kC, later) == doctest::Approx(3 * least));
    }
    SUBCASE("one that gave its last slot back a moment ago keeps what it is owed") {
        shares.granted(kC, kStart);
        shares.ended(kC, kStart + 1min);
        const double own = shares.usage(kC, later);
        shares.granted(kC, later);
        CHECK(shares.usage(kC, later) == own);
        CHECK(own < 3 * least);
    }
    SUBCASE("one that held nothing for a half-life was away") {
        shares.granted(kC, kStart);
        shares.ended(kC, kStart + 1min);
        const TimePoint back = kStart + 61min;
        shares.granted(kC, back);
        CHECK(shares.usage(kC, back) == doctest::Approx(3 * shares.usage(kA, back)));
    }
    SUBCASE("when nobody holds a slot, the one that held it last counts") {
        shares.ended(kB, later);
        shares.ended(kB, later);
        shares.ended(kA, later);
        shares.granted(kC, later + 1h);
        CHECK(shares.usage(kC, later + 1h) == doctest::Approx(3 * least / 2));
    }
    SUBCASE("who has used more already is not made better") {
        shares.granted(kC, kStart);
        for (int i = 0; i < 20; ++i) shares.granted(kC, kStart);
        for (int i = 0; i < 21; ++i) shares.ended(kC, kStart + 30min);
        const TimePoint back = kStart + 90min;
        const double own = shares.usage(kC, back);
        shares.granted(kC, back);
        CHECK(shares.usage(kC, back) == own);
        CHECK(own > 3 * shares.usage(kA, back));
    }
}

TEST_CASE("three rebuilds come to their shares, on many slots and on fewer slots than rebuilds") {
    for (const int slots : {1, 2, 8, 40}) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            CAPTURE(slots);
            CAPTURE(seed);
            FairShare shares;
            shares.set_share(kA, 1);
            shares.set_share(kB, 1);
            shares.set_share(kC, 2);
            BusyFarm farm(shares, slots, seed);
            farm.begin(kA, 4min);
            farm.begin(kB, 12min);  // long builds must not be worth more
            farm.begin(kC, 6min);
            farm.run_until(kStart + 2h);
            farm.take_granted();
            farm.run_until(kStart + 50h);
            std::map<RebuildId, double> granted = farm.take_granted();
            const double total = granted[kA] + granted[kB] + granted[kC];
            CHECK(total == doctest::Approx(48.0 * slots).epsilon(0.02));
            CHECK(granted[kA] / total == doctest::Approx(0.25).epsilon(0.15));
            CHECK(granted[kB] / total == doctest::Approx(0.25).epsilon(0.15));
            CHECK(granted[kC] / total == doctest::Approx(0.50).epsilon(0.15));
        }
    }
}

TEST_CASE("a late newcomer does not starve the others") {
    for (const int slots : {1, 2, 3, 8}) {
        CAPTURE(slots);
        FairShare shares;
        BusyFarm farm(shares, slots, 1);
        farm.begin(kA, 4min);
        farm.begin(kB, 4min);
        farm.run_until(kStart + 10h);
        farm.take_granted();
        farm.begin(kC, 4min);
        farm.run_until(kStart + 10h + 40min);
        std::map<RebuildId, double> granted = farm.take_granted();
        const double fair = slots * 40.0 / 60 / 3;
        for (const RebuildId rebuild : {kA, kB, kC}) {
            CAPTURE(rebuild.value);
            CHECK(granted[rebuild] > 0.5 * fair);
            CHECK(granted[rebuild] < 1.6 * fair);
        }
    }
}

TEST_CASE("one that was away for a night does not starve the others when it is back") {
    FairShare shares;
    BusyFarm farm(shares, 2, 1);
    for (const RebuildId rebuild : {kA, kB, kC}) farm.begin(rebuild, 4min);
    farm.run_until(kStart + 5h);
    farm.stop(kC);
    farm.run_until(kStart + 15h);
    farm.begin(kC, 4min);
    farm.take_granted();
    farm.run_until(kStart + 15h + 1h);
    const std::map<RebuildId, double> granted = farm.take_granted();
    CHECK(granted.at(kA) > 0.45);
    CHECK(granted.at(kB) > 0.45);
    CHECK(granted.at(kC) > 0.45);
}

TEST_CASE("what is forgotten leaves nothing") {
    FairShare shares;
    shares.set_share(kA, 5);
    shares.granted(kA, kStart);
    shares.ended(kA, kStart + 1h);
    shares.forget(kA);
    shares.forget(kB);
    CHECK(shares.usage(kA, kStart + 1h) == 0);
    CHECK(shares.before(kA, kB, kStart + 1h));
}

TEST_CASE("the order is strict and transitive at any one moment") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        sim::SimRandom random(seed);
        FairShare shares;
        std::array<int, 6> held{};
        TimePoint now = kStart;
        for (std::size_t i = 0; i < held.size(); ++i) {
            shares.set_share(RebuildId{static_cast<std::int64_t>(i)}, 1 + random.below(3));
        }
        for (int step = 0; step < 50; ++step) {
            now += random.below(600) * 1s;
            const int which = random.below(static_cast<int>(held.size()));
            int& slots = held[static_cast<std::size_t>(which)];
            if (slots > 0 && random.percent(50)) {
                --slots;
                shares.ended(RebuildId{which}, now);
            } else {
                ++slots;
                shares.granted(RebuildId{which}, now);
            }
            REQUIRE(shares.held(RebuildId{which}) == slots);
        }
        const auto before = [&](int a, int b) {
            return shares.before(RebuildId{a}, RebuildId{b}, now);
        };
        for (int a = 0; a < 6; ++a) {
            REQUIRE_FALSE(before(a, a));
            for (int b = 0; b < 6; ++b) {
                if (a != b) REQUIRE(before(a, b) != before(b, a));
                for (int c = 0; c < 6; ++c) {
                    if (before(a, b) && before(b, c)) REQUIRE(before(a, c));
                }
            }
        }
    }
}

}  // namespace terrace::core
