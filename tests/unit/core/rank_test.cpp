#include "scheduler/core/rank.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/sim/sim_random.hpp"

namespace terrace::core {
namespace {

using Nodes = std::vector<std::uint32_t>;

std::vector<Nodes> a_graph(sim::SimRandom& random, int size) {
    std::vector<Nodes> needs(static_cast<std::size_t>(size));
    for (int i = 0; i < 2 * size; ++i) {
        // Mostly to lower numbers, so that not all of it is one cycle.
        const int from = random.below(size);
        const int to = random.percent(95) ? random.below(from + 1) : random.below(size);
        needs[static_cast<std::size_t>(from)].push_back(static_cast<std::uint32_t>(to));
    }
    return needs;
}

/// As the definition says, over and over again.
double naive_rank(const DepGraph& graph, const std::vector<double>& seconds, std::uint32_t node) {
    double longest = 0;
    for (const std::uint32_t dependent : graph.needed_by(node)) {
        longest = std::max(longest, naive_rank(graph, seconds, dependent));
    }
    return seconds[node] + longest;
}

std::vector<double> ranks_of(const Ranks& ranks, std::size_t size) {
    std::vector<double> all;
    for (std::uint32_t node = 0; node < size; ++node) all.push_back(ranks.rank(node));
    return all;
}

}  // namespace

TEST_CASE("a rank is its own time and the longest chain that waits for it") {
    // 1 and 2 need 0; 3 needs 1 and 2.
    const DepGraph graph({{}, {0}, {0}, {1, 2}});
    const Ranks ranks(graph, {1, 10, 20, 5});
    CHECK(ranks.rank(3) == 5);
    CHECK(ranks.rank(2) == 25);
    CHECK(ranks.rank(1) == 15);
    CHECK(ranks.rank(0) == 26);
    CHECK(ranks.critical_path() == 26);
}

TEST_CASE("members of a cycle do not wait for each other") {
    const DepGraph graph({{1}, {0}, {0}});
    const Ranks ranks(graph, {1, 2, 4});
    CHECK(ranks.rank(0) == 5);
    CHECK(ranks.rank(1) == 2);
    CHECK(ranks.rank(2) == 4);
}

TEST_CASE("nothing to build takes no time") {
    const DepGraph graph({});
    CHECK(Ranks(graph, {}).critical_path() == 0);
}

TEST_CASE("an update says which ranks changed, and stops where the longest chain is another") {
    const DepGraph graph({{}, {0}, {0}, {1, 2}});
    Ranks ranks(graph, {1, 10, 20, 5});
    CHECK(ranks.update(1, 12) == Nodes{1});  // 2 is still the longer way
    CHECK(ranks.rank(1) == 17);
    CHECK(ranks.rank(0) == 26);
    CHECK(ranks.update(3, 10) == Nodes{0, 1, 2, 3});
    CHECK(ranks.rank(0) == 31);
    CHECK(ranks.update(2, 0) == Nodes{0, 2});
    CHECK(ranks.rank(0) == 23);
    CHECK(ranks.critical_path() == 23);
}

TEST_CASE("a change of up to 10 % of the value taken in last changes nothing") {
    const DepGraph graph(std::vector<Nodes>(1));
    Ranks ranks(graph, {100});
    CHECK(ranks.update(0, 110).empty());
    CHECK(ranks.update(0, 90).empty());
    CHECK(ranks.seconds(0) == 100);
    CHECK(ranks.update(0, 110.5) == Nodes{0});
    CHECK(ranks.seconds(0) == 110.5);
    CHECK(ranks.update(0, 100).empty());
    CHECK(ranks.update(0, 0) == Nodes{0});
    CHECK(ranks.update(0, 0).empty());
    CHECK(ranks.update(0, 0.001) == Nodes{0});
}

TEST_CASE("any row of updates leaves the ranks of a full computation, and names what changed") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        sim::SimRandom random(seed);
        const int size = 1 + random.below(20);
        const DepGraph graph(a_graph(random, size));
        std::vector<double> seconds;
        for (int i = 0; i < size; ++i) seconds.push_back(random.below(100) / 7.0);
        Ranks ranks(graph, seconds);
        for (int step = 0; step < 30; ++step) {
            const auto node = static_cast<std::uint32_t>(random.below(size));
            const std::vector<double> before = ranks_of(ranks, graph.size());
            const Nodes changed = ranks.update(node, random.below(100) / 7.0);
            seconds[node] = ranks.seconds(node);
            Nodes expected;
            for (std::uint32_t i = 0; i < graph.size(); ++i) {
                REQUIRE(ranks.rank(i) == naive_rank(graph, seconds, i));
                if (ranks.rank(i) != before[i]) expected.push_back(i);
            }
            REQUIRE(changed == expected);
            REQUIRE(ranks_of(ranks, graph.size()) == ranks_of(Ranks(graph, seconds), graph.size()));
        }
    }
}

TEST_CASE("a chain of 200,000 nodes is ranked and updated without recursion") {
    constexpr std::uint32_t kSize = 200'000;
    std::vector<Nodes> needs(kSize);
    for (std::uint32_t i = 1; i < kSize; ++i) needs[i] = {i - 1};
    const DepGraph graph(std::move(needs));
    Ranks ranks(graph, std::vector<double>(kSize, 1));
    CHECK(ranks.critical_path() == kSize);
    CHECK(ranks.update(kSize - 1, 5).size() == kSize);
    CHECK(ranks.rank(0) == kSize + 4);
}

}  // namespace terrace::core
