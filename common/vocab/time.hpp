#pragma once

#include <chrono>

namespace terrace {

using Duration = std::chrono::milliseconds;
/// UTC, to the millisecond; `timestamptz` in SQL, ISO 8601 in JSON.
using TimePoint = std::chrono::sys_time<Duration>;

}  // namespace terrace
