#include "scheduler/core/retry.hpp"

#include <algorithm>

namespace terrace::core {

Duration retry_delay(const RetryPolicy& policy, int failures) {
    const int doublings = std::clamp(failures - 1, 0, 20);
    return std::min(policy.delay_max, policy.delay_min * (1 << doublings));
}

}  // namespace terrace::core
