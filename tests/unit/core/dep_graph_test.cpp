#include "scheduler/core/dep_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/sim/sim_random.hpp"

namespace terrace::core {
namespace {

using Nodes = std::vector<std::uint32_t>;
using Needs = std::vector<Nodes>;

Nodes nodes(std::span<const std::uint32_t> list) {
    return {list.begin(), list.end()};
}

/// Any graph of up to 25 nodes, with loops, repeated needs and cycles.
Needs a_graph(sim::SimRandom& random) {
    const int size = 1 + random.below(25);
    Needs needs(static_cast<std::size_t>(size));
    const int edges = random.below(3 * size);
    for (int i = 0; i < edges; ++i) {
        needs[static_cast<std::size_t>(random.below(size))].push_back(
            static_cast<std::uint32_t>(random.below(size)));
    }
    return needs;
}

/// Whether b is reached from a by one edge or more: the obvious cubic way.
std::vector<std::vector<bool>> reachability(const Needs& needs) {
    const std::size_t size = needs.size();
    std::vector<std::vector<bool>> reaches(size, std::vector<bool>(size, false));
    for (std::size_t a = 0; a < size; ++a) {
        for (const std::uint32_t b : needs[a]) reaches[a][b] = true;
    }
    for (std::size_t via = 0; via < size; ++via) {
        for (std::size_t a = 0; a < size; ++a) {
            for (std::size_t b = 0; b < size; ++b) {
                if (reaches[a][via] && reaches[via][b]) reaches[a][b] = true;
            }
        }
    }
    return reaches;
}

bool contains(const Nodes& list, std::uint32_t node) {
    return std::ranges::find(list, node) != list.end();
}

}  // namespace

TEST_CASE("what is inside a cycle comes from the seed, what is outside must be built") {
    // 0 <-> 1 need 2; 3 needs 0, twice, and itself; 4 is alone.
    const DepGraph graph({{1, 2}, {0}, {}, {0, 3, 0}, {}});
    CHECK(graph.size() == 5);
    CHECK(graph.component_count() == 4);
    CHECK(graph.component(0) == graph.component(1));
    CHECK(nodes(graph.needs(0)) == Nodes{2});
    CHECK(nodes(graph.seed_needs(0)) == Nodes{1});
    CHECK(nodes(graph.needs(1)).empty());
    CHECK(nodes(graph.seed_needs(1)) == Nodes{0});
    CHECK(nodes(graph.needs(3)) == Nodes{0});
    CHECK(nodes(graph.seed_needs(3)).empty());
    CHECK(nodes(graph.needed_by(2)) == Nodes{0});
    CHECK(nodes(graph.needed_by(0)) == Nodes{3});
    CHECK(graph.depth(2) == 0);
    CHECK(graph.depth(4) == 0);
    CHECK(graph.depth(0) == 1);
    CHECK(graph.depth(1) == 1);
    CHECK(graph.depth(3) == 2);
    CHECK(graph.wave_count() == 3);
    CHECK(graph.cycles() == Needs{{0, 1}});
    CHECK(nodes(graph.order()) == Nodes{2, 0, 1, 3, 4});
}

TEST_CASE("a graph of nothing has no waves") {
    const DepGraph graph({});
    CHECK(graph.size() == 0);
    CHECK(graph.component_count() == 0);
    CHECK(graph.wave_count() == 0);
    CHECK(graph.order().empty());
    CHECK(graph.cycles().empty());
    CHECK(graph.dependents_of({}).empty());
}

TEST_CASE("cycles are listed largest first, then by smallest node") {
    const DepGraph graph({{1}, {0}, {4}, {5}, {2}, {6}, {3}, {8}, {7}});
    CHECK(graph.cycles() == Needs{{3, 5, 6}, {0, 1}, {2, 4}, {7, 8}});
}

TEST_CASE("the blast radius goes through cycles, and leaves out its roots") {
    // 0 <- 1 <-> 2 <- 3, and 4 apart: 2 needs 1 and 1 needs 2, so 3 is touched by 0.
    const DepGraph graph({{}, {0, 2}, {1}, {2}, {}});
    CHECK(graph.dependents_of(Nodes{0}) == Nodes{1, 2, 3});
    CHECK(graph.dependents_of(Nodes{2}) == Nodes{1, 3});
    CHECK(graph.dependents_of(Nodes{3, 4}).empty());
    CHECK(graph.dependents_of(Nodes{1, 0, 1}) == Nodes{2, 3});
}

TEST_CASE("any graph: components, edges, depths, order and blast radius are as defined") {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        CAPTURE(seed);
        sim::SimRandom random(seed);
        const Needs input = a_graph(random);
        const DepGraph graph(input);
        const std::vector<std::vector<bool>> reaches = reachability(input);
        const auto size = static_cast<std::uint32_t>(input.size());
        REQUIRE(graph.order().size() == size);
        std::vector<std::uint32_t> place(size);
        for (std::uint32_t i = 0; i < size; ++i) place[graph.order()[i]] = i;
        Nodes sorted = nodes(graph.order());
        std::ranges::sort(sorted);

        for (std::uint32_t a = 0; a < size; ++a) {
            REQUIRE(sorted[a] == a);
            Nodes between;
            Nodes inside;
            Nodes dependents;
            std::uint32_t depth = 0;
            for (std::uint32_t b = 0; b < size; ++b) {
                const bool together = a == b || (reaches[a][b] && reaches[b][a]);
                REQUIRE((graph.component(a) == graph.component(b)) == together);
                if (b != a && reaches[b][a]) dependents.push_back(b);
                if (together) {
                    REQUIRE(graph.depth(a) == graph.depth(b));
                    if (a != b && contains(input[a], b)) inside.push_back(b);
                } else if (reaches[a][b]) {
                    REQUIRE(graph.component(b) < graph.component(a));
                    REQUIRE(place[b] < place[a]);
                    depth = std::max(depth, graph.depth(b) + 1);
                    if (contains(input[a], b)) between.push_back(b);
                }
                REQUIRE(contains(nodes(graph.needed_by(b)), a) ==
                        contains(nodes(graph.needs(a)), b));
            }
            REQUIRE(nodes(graph.needs(a)) == between);
            REQUIRE(nodes(graph.seed_needs(a)) == inside);
            REQUIRE(graph.depth(a) == depth);
            REQUIRE(depth < graph.wave_count());
            REQUIRE(graph.dependents_of(Nodes{a}) == dependents);
        }
    }
}

TEST_CASE("a chain and a ring of 200,000 nodes do not overflow the stack") {
    constexpr std::uint32_t kSize = 200'000;
    Needs needs(kSize);
    for (std::uint32_t i = 0; i + 1 < kSize; ++i) needs[i] = {i + 1};
    const DepGraph chain(needs);
    CHECK(chain.depth(0) == kSize - 1);
    CHECK(chain.wave_count() == kSize);
    CHECK(chain.order().front() == kSize - 1);
    CHECK(chain.dependents_of(Nodes{kSize - 1}).size() == kSize - 1);

    needs.back() = {0};
    const DepGraph ring(std::move(needs));
    CHECK(ring.component_count() == 1);
    CHECK(ring.cycles().front().size() == kSize);
    CHECK(ring.wave_count() == 1);
    CHECK(ring.dependents_of(Nodes{7}).size() == kSize - 1);
}

}  // namespace terrace::core
