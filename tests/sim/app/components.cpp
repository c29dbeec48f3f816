#include "tests/sim/app/components.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace terrace::sim {
namespace {

class Tarjan {
public:
    explicit Tarjan(const std::vector<std::vector<int>>& edges)
        : edges_(edges),
          order_(edges.size(), -1),
          low_(edges.size(), 0),
          component_(edges.size(), -1) {}

    std::vector<int> run() {
        for (std::size_t node = 0; node < edges_.size(); ++node) {
            if (order_[node] < 0) visit_from(node);
        }
        return std::move(component_);
    }

private:
    struct Visit {
        std::size_t node;
        std::size_t next_edge;
    };

    void enter(std::size_t node) {
        order_[node] = low_[node] = entered_++;
        open_.push_back(node);
        path_.push_back({node, 0});
    }

    void visit_from(std::size_t root) {
        enter(root);
        while (!path_.empty()) {
            const std::size_t node = path_.back().node;
            if (path_.back().next_edge < edges_[node].size()) {
                const auto to = static_cast<std::size_t>(edges_[node][path_.back().next_edge++]);
                if (order_[to] < 0) {
                    enter(to);
                } else if (component_[to] < 0) {
                    low_[node] = std::min(low_[node], order_[to]);
                }
            } else {
                leave(node);
            }
        }
    }

    void leave(std::size_t node) {
        path_.pop_back();
        if (!path_.empty()) {
            int& low = low_[path_.back().node];
            low = std::min(low, low_[node]);
        }
        if (low_[node] != order_[node]) return;
        std::size_t member = node;
        do {
            member = open_.back();
            open_.pop_back();
            component_[member] = components_;
        } while (member != node);
        ++components_;
    }

    const std::vector<std::vector<int>>& edges_;
    std::vector<int> order_;  ///< when a node was entered; -1: not yet
    std::vector<int> low_;    ///< the earliest open node that it leads back to
    std::vector<int> component_;
    std::vector<std::size_t> open_;
    std::vector<Visit> path_;
    int entered_ = 0;
    int components_ = 0;
};

}  // namespace

std::vector<int> components_of(const std::vector<std::vector<int>>& edges) {
    return Tarjan(edges).run();
}

}  // namespace terrace::sim
