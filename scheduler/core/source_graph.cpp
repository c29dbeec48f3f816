#include "scheduler/core/source_graph.hpp"

#include <algorithm>

namespace terrace::core {

std::optional<std::uint32_t> SourceGraph::node_of(SourcePackageId source) const {
    const auto found = std::ranges::lower_bound(sources, source);
    if (found == sources.end() || *found != source) return std::nullopt;
    return static_cast<std::uint32_t>(found - sources.begin());
}

std::optional<SourceGraph> make_source_graph(const Snapshot& state,
                                             PackageSetId set,
                                             const Digest& seed) {
    std::vector<SourcePackageId> sources;
    for (const auto& [id, package] : state.source_packages) {
        if (package.package_set == set) sources.push_back(id);
    }
    std::vector<std::vector<std::uint32_t>> needs(sources.size());
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto row = state.dependencies.find({seed, sources[i]});
        if (row == state.dependencies.end()) return std::nullopt;
        for (const SourcePackageId need : row->second.needs) {
            const auto found = std::ranges::lower_bound(sources, need);
            if (found != sources.end() && *found == need)
                needs[i].push_back(static_cast<std::uint32_t>(found - sources.begin()));
        }
    }
    return SourceGraph{std::move(sources), DepGraph(std::move(needs))};
}

BuildOrderState::BuildOrderState(const SourceGraph& graph, std::vector<double> seconds)
    : graph_(&graph),
      ranks_(graph.graph, std::move(seconds)),
      builds_(graph.sources.size()),
      open_builds_(graph.sources.size()),
      open_needs_(graph.sources.size()) {}

void BuildOrderState::add_open(std::uint32_t node, BuildId build) {
    builds_[node].push_back(build);
    ++open_builds_[node];
}

void BuildOrderState::add_ended(std::uint32_t node, BuildId build) {
    builds_[node].push_back(build);
}

std::vector<std::uint32_t> BuildOrderState::start() {
    std::vector<std::uint32_t> free;
    for (std::uint32_t node = 0; node < builds_.size(); ++node) {
        if (open_builds_[node] == 0) continue;
        open_needs_[node] = static_cast<int>(std::ranges::count_if(
            graph_->graph.needs(node), [&](std::uint32_t need) { return is_open(need); }));
        if (open_needs_[node] == 0) free.push_back(node);
    }
    return free;
}

std::vector<std::uint32_t> BuildOrderState::ended(std::uint32_t node) {
    std::vector<std::uint32_t> free;
    if (--open_builds_[node] > 0) return free;
    for (const std::uint32_t dependent : graph_->graph.needed_by(node)) {
        if (is_open(dependent) && --open_needs_[dependent] == 0) free.push_back(dependent);
    }
    return free;
}

}  // namespace terrace::core
