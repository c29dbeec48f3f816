#include "scheduler/core/retry.hpp"

#include <algorithm>

namespace terrace::core {

Duration doubled(Duration min, int times, Duration max) {
    return std::min(max, min * (1 << std::clamp(times, 0, 20)));
}

bool is_retried(Outcome outcome) {
    return is_infra(outcome) || outcome == Outcome::isa_mismatch || outcome == Outcome::cancelled;
}

Duration retry_delay(const RetryPolicy& policy, int failures) {
    return doubled(policy.delay_min, failures - 1, policy.delay_max);
}

}  // namespace terrace::core
