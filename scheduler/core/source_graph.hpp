#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/vocab/id.hpp"
#include "scheduler/core/dep_graph.hpp"
#include "scheduler/core/rank.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// The dependencies of one package set, resolved with one seed: node i is sources[i].
struct SourceGraph {
    std::vector<SourcePackageId> sources;  ///< ascending
    DepGraph graph;

    /// nullopt if it is of another package set.
    std::optional<std::uint32_t> node_of(SourcePackageId source) const;
};

/// Of the sources of a package set that were resolved with `seed`; nullopt if any was not.
std::optional<SourceGraph> make_source_graph(const Snapshot& state,
                                             PackageSetId set,
                                             const Digest& seed);

/// How far an ordered rebuild is: which of its source packages wait, and for how many others. The
/// builds of one source package start together, once every build of everything it needs has ended,
/// so that they are reused together or not at all.
class BuildOrderState {
public:
    /// `seconds` by node: the expected time of one build, 0 for what takes no part. The graph must
    /// outlive it.
    BuildOrderState(const SourceGraph& graph, std::vector<double> seconds);

    const SourceGraph& graph() const { return *graph_; }
    Ranks& ranks() { return ranks_; }
    const Ranks& ranks() const { return ranks_; }

    /// A build of this source package that has not ended takes part. All are added before start().
    void add_open(std::uint32_t node, BuildId build);
    void add_ended(std::uint32_t node, BuildId build);
    /// Counts what each one waits for; returns those that wait for nothing.
    std::vector<std::uint32_t> start();
    /// A build has ended; returns the source packages that wait for nothing any more.
    std::vector<std::uint32_t> ended(std::uint32_t node);

    const std::vector<BuildId>& builds(std::uint32_t node) const { return builds_[node]; }
    bool takes_part(std::uint32_t node) const { return !builds_[node].empty(); }
    /// Source packages with open builds that this one needs.
    int waits_for(std::uint32_t node) const { return open_needs_[node]; }
    bool is_open(std::uint32_t node) const { return open_builds_[node] > 0; }

private:
    const SourceGraph* graph_;
    Ranks ranks_;
    std::vector<std::vector<BuildId>> builds_;
    std::vector<int> open_builds_;
    std::vector<int> open_needs_;
};

/// Why the dependencies of a package set could not be resolved, and when that is tried again.
struct ResolveFailure {
    std::string error;
    TimePoint not_before{};
};

}  // namespace terrace::core
