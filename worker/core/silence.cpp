#include "worker/core/silence.hpp"

#include <algorithm>

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr int kBusyPart = 50;
constexpr int kLooks = 20;
constexpr Duration kLookIntervalMin = 200ms;
constexpr Duration kLookIntervalMax = 30s;

}  // namespace

Silence::Silence(Duration silence_max, Clock::time_point start)
    : silence_max_(silence_max), since_(start), due_(start) {}

bool Silence::is_due(Clock::time_point now) const {
    return silence_max_ > Duration::zero() && now >= due_;
}

bool Silence::look(Clock::time_point now,
                   std::int64_t output_bytes,
                   std::chrono::microseconds cpu_time) {
    due_ = now + std::clamp(silence_max_ / kLooks, kLookIntervalMin, kLookIntervalMax);
    const bool used = cpu_time < cpu_time_ ||
                      cpu_time - cpu_time_ >= std::chrono::microseconds(silence_max_) / kBusyPart;
    if (output_bytes != output_bytes_ || used) {
        since_ = now;
        output_bytes_ = output_bytes;
        cpu_time_ = cpu_time;
        return false;
    }
    return silence_max_ > Duration::zero() && now - since_ >= silence_max_;
}

}  // namespace terrace::worker
