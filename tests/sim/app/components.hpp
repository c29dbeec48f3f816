#pragma once

#include <vector>

namespace terrace::sim {

/// The strongly connected component of each node of a graph, `edges[node]` being where it leads to.
/// Components are numbered so that an edge leads to the same or to a lower one (Tarjan, without
/// recursion: a distribution's graph is deeper than a stack).
std::vector<int> components_of(const std::vector<std::vector<int>>& edges);

}  // namespace terrace::sim
