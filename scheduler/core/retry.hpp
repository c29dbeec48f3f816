#pragma once

#include "scheduler/core/config.hpp"

namespace terrace::core {

/// `min`, doubled so many times, and `max` at the most.
Duration doubled(Duration min, int times, Duration max);

/// Is it worth another attempt, since the package is not to blame?
bool is_retried(Outcome outcome);

/// How long to wait after the n-th failure that the package is not to blame for: doubles, within
/// limits.
Duration retry_delay(const RetryPolicy& policy, int failures);

}  // namespace terrace::core
