#pragma once

#include <cstdint>
#include <vector>

#include "scheduler/core/dep_graph.hpp"

namespace terrace::core {

/// How long a rebuild goes on at least once a build has started: its own expected time plus the
/// longest chain of builds that wait for it. Who has the longest chain goes first. The "upward
/// rank" of H. Topcuoglu, S. Hariri, M.-Y. Wu, Performance-effective and low-complexity
/// task scheduling for heterogeneous computing (HEFT),  (lint: allow task)
/// IEEE Transactions on Parallel and Distributed Systems 13(3), 2002, without its cost of
/// communication:
///
///     rank(node) = seconds(node) + the greatest rank of needed_by(node), or + 0 when none needs it
///
/// After any row of updates the ranks are, to the last bit, those of a new Ranks with the same
/// seconds.
class Ranks {
public:
    /// O(nodes + needs). `graph` must outlive it.
    /// @pre seconds.size() == graph.size(); none is negative or infinite
    Ranks(const DepGraph& graph, std::vector<double> seconds);

    double rank(std::uint32_t node) const { return rank_[node]; }
    /// The expected time that the ranks are made of: a value given to `update` only if it was taken
    /// in.
    double seconds(std::uint32_t node) const { return seconds_[node]; }

    /// A new expected time of one node (0: it is done). A value within 10 % of the one taken in
    /// last changes nothing, since estimates are no better than that and every change moves ready
    /// builds. Else only what can have changed is computed again: costs O(changed nodes and the
    /// edges at them, times log). Returns the nodes whose rank is another one now, ascending.
    /// @pre seconds is neither negative nor infinite
    std::vector<std::uint32_t> update(std::uint32_t node, double seconds);

    /// The greatest rank: no number of slots ends the rebuild sooner. O(nodes).
    double critical_path() const;

private:
    double computed_rank(std::uint32_t node) const;

    const DepGraph& graph_;
    std::vector<double> seconds_;
    std::vector<double> rank_;
    std::vector<std::uint32_t> position_;  ///< by node: its place in graph_.order()
};

}  // namespace terrace::core
