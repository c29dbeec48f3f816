#pragma once

#include <chrono>
#include <cstdint>

#include "common/vocab/time.hpp"

namespace terrace::worker {

/// Tells when a run has been without output and without CPU use for too long. Programs that wait,
/// mock among them, wake up now and then: less than a fiftieth of one core is no use.
class Silence {
public:
    using Clock = std::chrono::steady_clock;

    /// `silence_max` 0: never.
    Silence(Duration silence_max, Clock::time_point start);

    /// True if the next look is due: a look at every process costs something.
    bool is_due(Clock::time_point now) const;

    /// @param output_bytes size of all logs together
    /// @param cpu_time used so far by all processes; less than before means that some have ended
    /// @return true if nothing has happened for silence_max.
    bool look(Clock::time_point now, std::int64_t output_bytes, std::chrono::microseconds cpu_time);

private:
    Duration silence_max_;
    Clock::time_point since_;
    Clock::time_point due_;
    std::int64_t output_bytes_ = 0;
    std::chrono::microseconds cpu_time_{};
};

}  // namespace terrace::worker
