#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "worker/bench/schedule.hpp"

namespace terrace::bench {

namespace {

std::vector<bool> sides_of(const Block& block) {
    std::vector<bool> sides;
    for (const ScheduledRun& run : block.runs) sides.push_back(run.variant);
    return sides;
}

const std::vector<bool> kAbba = {false, true, true, false};
const std::vector<bool> kBaab = {true, false, false, true};

int count(const std::vector<Block>& schedule, const std::vector<bool>& sides) {
    int found = 0;
    for (const Block& block : schedule) found += sides_of(block) == sides ? 1 : 0;
    return found;
}

}  // namespace

TEST_CASE("every block is ABBA or BAAB, in equal numbers") {
    for (const int blocks : {0, 1, 2, 5, 10, 40}) {
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            CAPTURE(blocks);
            CAPTURE(seed);
            const auto schedule = make_schedule(blocks, 0, seed);
            CHECK(count(schedule, kAbba) + count(schedule, kBaab) == blocks);
            CHECK(std::abs(count(schedule, kAbba) - count(schedule, kBaab)) == blocks % 2);
        }
    }
}

TEST_CASE("a block has two pairs: the first runs of both sides, and the second ones") {
    const auto schedule = make_schedule(20, 0, 7);
    for (int i = 0; i < 20; ++i) {
        CAPTURE(i);
        const auto& runs = schedule.at(static_cast<std::size_t>(i)).runs;
        CHECK(runs.at(0).pair == 2 * i);
        CHECK(runs.at(1).pair == 2 * i);
        CHECK(runs.at(2).pair == 2 * i + 1);
        CHECK(runs.at(3).pair == 2 * i + 1);
        CHECK(runs.at(0).variant != runs.at(1).variant);
        CHECK(runs.at(2).variant != runs.at(3).variant);
    }
}

TEST_CASE("a later look goes on with the number of its first pair") {
    const auto schedule = make_schedule(5, 10, 7);
    CHECK(schedule.front().runs.front().pair == 10);
    CHECK(schedule.back().runs.back().pair == 19);
}

TEST_CASE("the same seed gives the same schedule, others give others") {
    CHECK(make_schedule(20, 0, 1) == make_schedule(20, 0, 1));
    CHECK(make_schedule(20, 0, 1) != make_schedule(20, 0, 2));
}

TEST_CASE("an odd block more is of either form, depending on the seed") {
    std::set<bool> seen;
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        seen.insert(make_schedule(1, 0, seed).at(0).runs.at(0).variant);
    CHECK(seen.size() == 2);
}

TEST_CASE("the padding varies between blocks and stays below a page") {
    std::set<int> seen;
    for (const Block& block : make_schedule(40, 0, 3)) {
        CHECK(block.padding_bytes >= 0);
        CHECK(block.padding_bytes < 4096);
        seen.insert(block.padding_bytes);
    }
    CHECK(seen.size() > 30);
}

}  // namespace terrace::bench
