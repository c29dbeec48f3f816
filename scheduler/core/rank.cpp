#include "scheduler/core/rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <queue>
#include <ranges>
#include <span>
#include <utility>

#include "common/vocab/check.hpp"

namespace terrace::core {
namespace {

/// What a change of an expected time must exceed to be taken in, as a part of the old one.
constexpr double kChangeMin = 0.1;

bool is_duration(double seconds) {
    return std::isfinite(seconds) && seconds >= 0;
}

}  // namespace

Ranks::Ranks(const DepGraph& graph, std::vector<double> seconds)
    : graph_(graph), seconds_(std::move(seconds)), rank_(graph.size(), 0), position_(graph.size()) {
    TERRACE_CHECK(seconds_.size() == graph_.size());
    TERRACE_CHECK(std::ranges::all_of(seconds_, is_duration));
    const std::span<const std::uint32_t> order = graph_.order();
    for (std::uint32_t i = 0; i < order.size(); ++i) position_[order[i]] = i;
    for (const std::uint32_t node : order | std::views::reverse) rank_[node] = computed_rank(node);
}

double Ranks::computed_rank(std::uint32_t node) const {
    double longest = 0;
    for (const std::uint32_t dependent : graph_.needed_by(node)) {
        longest = std::max(longest, rank_[dependent]);
    }
    return seconds_[node] + longest;
}

std::vector<std::uint32_t> Ranks::update(std::uint32_t node, double seconds) {
    TERRACE_CHECK(node < seconds_.size() && is_duration(seconds));
    if (std::abs(seconds - seconds_[node]) <= kChangeMin * seconds_[node]) return {};
    seconds_[node] = seconds;

    std::vector<std::uint32_t> changed;
    // The latest in the order first: then all that a rank is made of is final when it is computed.
    std::priority_queue<std::uint32_t> open;
    open.push(position_[node]);
    while (!open.empty()) {
        const std::uint32_t position = open.top();
        while (!open.empty() && open.top() == position) open.pop();
        const std::uint32_t current = graph_.order()[position];
        const double rank = computed_rank(current);
        if (rank == rank_[current]) continue;
        rank_[current] = rank;
        changed.push_back(current);
        for (const std::uint32_t need : graph_.needs(current)) open.push(position_[need]);
    }
    std::ranges::sort(changed);
    return changed;
}

double Ranks::critical_path() const {
    return rank_.empty() ? 0 : *std::ranges::max_element(rank_);
}

}  // namespace terrace::core
