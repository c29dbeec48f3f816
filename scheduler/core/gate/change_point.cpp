#include "scheduler/core/gate/change_point.hpp"

#include <algorithm>
#include <cmath>

namespace terrace::core {
namespace {

/// How many values are below `value`, less how many are above.
double rank_balance(std::span<const double> values, double value) {
    double balance = 0;
    for (const double other : values) {
        balance += other < value ? 1 : 0;
        balance -= other > value ? 1 : 0;
    }
    return balance;
}

}  // namespace

ChangePoint pettitt_test(std::span<const double> values) {
    ChangePoint change;
    if (values.size() < 2) return change;
    double u = 0;  // sum of sign(x_i - x_j) over all i up to here and all j
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
        u += rank_balance(values, values[i]);
        if (std::abs(u) <= change.statistic) continue;
        change.statistic = std::abs(u);
        change.first_after = i + 1;
    }
    const auto n = static_cast<double>(values.size());
    const double k = change.statistic;
    change.p = std::min(1.0, 2 * std::exp(-6 * k * k / (n * n * n + n * n)));
    return change;
}

}  // namespace terrace::core
