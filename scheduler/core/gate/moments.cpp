#include "scheduler/core/gate/moments.hpp"

#include "common/vocab/check.hpp"

namespace terrace::core {

Moments moments_of(std::span<const double> values) {
    TERRACE_CHECK(values.size() >= 2);
    const auto count = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) sum += value;
    Moments moments{.count = values.size(), .mean = sum / count};
    double squares = 0;
    for (const double value : values) {
        squares += (value - moments.mean) * (value - moments.mean);
    }
    moments.deviation = std::sqrt(squares / (count - 1));
    return moments;
}

}  // namespace terrace::core
