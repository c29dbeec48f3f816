#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace terrace::core {

/// Many short lists of numbers in two arrays: list i is items[start[i]] up to items[start[i + 1]].
struct IndexLists {
    std::vector<std::uint32_t> start = {0};
    std::vector<std::uint32_t> items;

    std::size_t size() const { return start.size() - 1; }
    std::span<const std::uint32_t> list(std::size_t i) const {
        return std::span(items).subspan(start[i], start[i + 1] - start[i]);
    }
    /// Ends the list that `items` has grown by.
    void end_list();
};

/// Which source package must be built before which, when a rebuild is ordered. Real distributions
/// are full of cycles (compilers, documentation tools, test frameworks), so the graph is cut at its
/// strongly connected components: inside a component a package takes its needs from the seed,
/// between components it waits for what is built now. What is left has no cycle. Immutable; the
/// same input gives the same numbers everywhere.
///
/// Built in O(nodes + needs log needs) without recursion: R. Tarjan, Depth-first search and linear
/// graph algorithms, SIAM Journal on Computing 1(2), 1972.
class DepGraph {
public:
    /// Node i needs the nodes needs[i]. One that is named twice counts once; a node that names
    /// itself takes itself from the seed, which orders nothing, so that is dropped.
    /// @pre every number in `needs` is below needs.size()
    explicit DepGraph(std::vector<std::vector<std::uint32_t>> needs);

    std::size_t size() const { return component_.size(); }

    /// What must be built before it: its needs in other components, ascending.
    std::span<const std::uint32_t> needs(std::uint32_t node) const { return needs_.list(node); }
    /// The reverse of `needs`, ascending.
    std::span<const std::uint32_t> needed_by(std::uint32_t node) const {
        return needed_by_.list(node);
    }
    /// Its needs inside its own component, ascending: the seed's RPMs stand in for them.
    std::span<const std::uint32_t> seed_needs(std::uint32_t node) const {
        return seed_needs_.list(node);
    }

    /// The number of its component; it is above the numbers of all components that it needs.
    std::uint32_t component(std::uint32_t node) const { return component_[node]; }
    std::size_t component_count() const { return components_.size(); }
    /// The components of more than one node, each ascending; the largest first, those of equal size
    /// by their smallest node.
    const std::vector<std::vector<std::uint32_t>>& cycles() const { return cycles_; }

    /// The number of components on the longest chain of needs below its own; 0: it needs nothing
    /// that is built now. The nodes of one component share it.
    std::uint32_t depth(std::uint32_t node) const { return depth_[component_[node]]; }
    /// The number of different depths: how many steps the rebuild takes with endless slots.
    std::uint32_t wave_count() const { return wave_count_; }

    /// All nodes, each after everything that it needs from other components; the nodes of one
    /// component stand together, ascending.
    std::span<const std::uint32_t> order() const { return components_.items; }

    /// Everything that needs one of `roots`, directly or not, inside components too: what is
    /// touched when the roots' RPMs change. Ascending, without the roots themselves.
    std::vector<std::uint32_t> dependents_of(std::span<const std::uint32_t> roots) const;

private:
    void split_needs(const IndexLists& all);
    void find_depths();
    void find_cycles();

    IndexLists needs_;
    IndexLists needed_by_;
    IndexLists seed_needs_;
    IndexLists components_;
    std::vector<std::uint32_t> component_;  ///< by node
    std::vector<std::uint32_t> depth_;      ///< by component
    std::vector<std::vector<std::uint32_t>> cycles_;
    std::uint32_t wave_count_ = 0;
};

}  // namespace terrace::core
