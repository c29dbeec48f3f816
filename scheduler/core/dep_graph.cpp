#include "scheduler/core/dep_graph.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "common/vocab/check.hpp"

namespace terrace::core {
namespace {

/// Tarjan's algorithm with its own stack: a chain of 100,000 packages must not need a call stack
/// of that depth.
class ComponentFinder {
public:
    explicit ComponentFinder(const IndexLists& needs)
        : needs_(needs), seen_(needs.size(), kUnseen), low_(needs.size(), 0) {}

    /// The components, each after those that it needs: Tarjan's algorithm closes them in that
    /// order.
    IndexLists run() {
        for (std::uint32_t node = 0; node < needs_.size(); ++node) {
            if (seen_[node] == kUnseen) walk(node);
        }
        return std::move(components_);
    }

private:
    static constexpr std::uint32_t kUnseen = 0;
    /// The greatest number, so that an edge to a closed component never lowers anything.
    static constexpr std::uint32_t kClosed = std::numeric_limits<std::uint32_t>::max();

    struct Visit {
        std::uint32_t node;
        std::uint32_t next;  ///< the need to look at next, as a position in needs_.items
    };

    void walk(std::uint32_t root) {
        enter(root);
        while (!path_.empty()) {
            Visit& visit = path_.back();
            if (visit.next == needs_.start[visit.node + 1]) {
                leave();
                continue;
            }
            const std::uint32_t need = needs_.items[visit.next++];
            if (seen_[need] == kUnseen) {
                enter(need);
            } else {
                low_[visit.node] = std::min(low_[visit.node], seen_[need]);
            }
        }
    }

    void enter(std::uint32_t node) {
        seen_[node] = low_[node] = ++last_seen_;
        open_.push_back(node);
        path_.push_back({node, needs_.start[node]});
    }

    void leave() {
        const std::uint32_t node = path_.back().node;
        path_.pop_back();
        if (!path_.empty()) {
            const std::uint32_t parent = path_.back().node;
            low_[parent] = std::min(low_[parent], low_[node]);
        }
        if (low_[node] == seen_[node]) close_component(node);
    }

    void close_component(std::uint32_t first) {
        const auto begin = static_cast<std::ptrdiff_t>(components_.items.size());
        std::uint32_t node = 0;
        do {
            node = open_.back();
            open_.pop_back();
            seen_[node] = kClosed;
            components_.items.push_back(node);
        } while (node != first);
        std::sort(components_.items.begin() + begin, components_.items.end());
        components_.end_list();
    }

    const IndexLists& needs_;
    std::vector<std::uint32_t> seen_;  ///< by node: when it was entered, counted from 1
    std::vector<std::uint32_t> low_;   ///< by node: the earliest open node known to be reachable
    std::vector<std::uint32_t> open_;  ///< entered, and in no component yet
    std::vector<Visit> path_;
    std::uint32_t last_seen_ = 0;
    IndexLists components_;
};

/// Ascending, without repetition and without loops.
IndexLists packed(std::vector<std::vector<std::uint32_t>> needs) {
    IndexLists all;
    for (std::uint32_t node = 0; node < needs.size(); ++node) {
        std::vector<std::uint32_t>& list = needs[node];
        std::ranges::sort(list);
        TERRACE_CHECK(list.empty() || list.back() < needs.size());
        const auto repeated = std::ranges::unique(list);
        list.erase(repeated.begin(), repeated.end());
        std::ranges::remove_copy(list, std::back_inserter(all.items), node);
        all.end_list();
    }
    return all;
}

/// Node b is in list a of the result when a is in list b of `lists`.
IndexLists reversed(const IndexLists& lists) {
    IndexLists result;
    result.start.assign(lists.size() + 1, 0);
    for (const std::uint32_t item : lists.items) ++result.start[item + 1];
    for (std::size_t i = 0; i < lists.size(); ++i) result.start[i + 1] += result.start[i];
    std::vector<std::uint32_t> next(result.start.begin(), result.start.end() - 1);
    result.items.resize(lists.items.size());
    for (std::uint32_t node = 0; node < lists.size(); ++node) {
        for (const std::uint32_t item : lists.list(node)) result.items[next[item]++] = node;
    }
    return result;
}

}  // namespace

void IndexLists::end_list() {
    TERRACE_CHECK(items.size() < std::numeric_limits<std::uint32_t>::max());
    start.push_back(static_cast<std::uint32_t>(items.size()));
}

DepGraph::DepGraph(std::vector<std::vector<std::uint32_t>> needs) {
    TERRACE_CHECK(needs.size() < std::numeric_limits<std::uint32_t>::max());
    const IndexLists all = packed(std::move(needs));
    components_ = ComponentFinder(all).run();
    component_.resize(all.size());
    for (std::uint32_t c = 0; c < components_.size(); ++c) {
        for (const std::uint32_t node : components_.list(c)) component_[node] = c;
    }
    split_needs(all);
    needed_by_ = reversed(needs_);
    find_depths();
    find_cycles();
}

void DepGraph::split_needs(const IndexLists& all) {
    for (std::uint32_t node = 0; node < all.size(); ++node) {
        for (const std::uint32_t need : all.list(node)) {
            const bool inside = component_[need] == component_[node];
            (inside ? seed_needs_ : needs_).items.push_back(need);
        }
        needs_.end_list();
        seed_needs_.end_list();
    }
}

void DepGraph::find_depths() {
    depth_.assign(components_.size(), 0);
    for (std::uint32_t c = 0; c < components_.size(); ++c) {
        for (const std::uint32_t node : components_.list(c)) {
            for (const std::uint32_t need : needs(node)) {
                depth_[c] = std::max(depth_[c], depth_[component_[need]] + 1);
            }
        }
        wave_count_ = std::max(wave_count_, depth_[c] + 1);
    }
}

void DepGraph::find_cycles() {
    for (std::uint32_t c = 0; c < components_.size(); ++c) {
        const std::span<const std::uint32_t> nodes = components_.list(c);
        if (nodes.size() > 1) cycles_.emplace_back(nodes.begin(), nodes.end());
    }
    std::ranges::sort(cycles_, [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
    });
}

std::vector<std::uint32_t> DepGraph::dependents_of(std::span<const std::uint32_t> roots) const {
    // Who needs one node of a component needs all of it, so the walk is over components.
    std::vector<bool> reached(components_.size(), false);
    std::vector<std::uint32_t> open;
    const auto reach = [&](std::uint32_t node) {
        const std::uint32_t c = component_[node];
        if (reached[c]) return;
        reached[c] = true;
        open.push_back(c);
    };
    for (const std::uint32_t root : roots) {
        TERRACE_CHECK(root < size());
        reach(root);
    }
    std::vector<std::uint32_t> found;
    while (!open.empty()) {
        const std::span<const std::uint32_t> nodes = components_.list(open.back());
        open.pop_back();
        for (const std::uint32_t node : nodes) {
            found.push_back(node);
            for (const std::uint32_t dependent : needed_by(node)) reach(dependent);
        }
    }
    std::ranges::sort(found);
    std::vector<std::uint32_t> excluded(roots.begin(), roots.end());
    std::ranges::sort(excluded);
    std::vector<std::uint32_t> dependents;
    std::ranges::set_difference(found, excluded, std::back_inserter(dependents));
    return dependents;
}

}  // namespace terrace::core
