#include "scheduler/core/gate/multiplicity.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace terrace::core {
namespace {

/// Where each p-value is in ascending order; equal ones as they come.
std::vector<std::size_t> ascending(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(p_values[i], i); });
    return order;
}

}  // namespace

std::vector<double> holm_adjusted(std::span<const double> p_values) {
    const std::vector<std::size_t> order = ascending(p_values);
    std::vector<double> adjusted(p_values.size());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const auto left = static_cast<double>(order.size() - rank);
        largest = std::max(largest, std::min(1.0, left * p_values[order[rank]]));
        adjusted[order[rank]] = largest;
    }
    return adjusted;
}

std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values) {
    const std::vector<std::size_t> order = ascending(p_values);
    const auto count = static_cast<double>(order.size());
    std::vector<double> adjusted(p_values.size());
    double smallest = 1;
    for (std::size_t rank = order.size(); rank > 0; --rank) {
        const std::size_t i = order[rank - 1];
        smallest = std::min(smallest, p_values[i] * (count / static_cast<double>(rank)));
        adjusted[i] = smallest;
    }
    return adjusted;
}

}  // namespace terrace::core
