#include "cli/patience.hpp"

#include <fmt/format.h>

namespace terrace::cli {

void Patience::answered() {
    if (silent_since_) output_.complain("The farm answers again.");
    silent_since_.reset();
    was_reached_ = true;
}

bool Patience::should_wait(const Error& error, Clock::time_point now) {
    if (error.code != Errc::unavailable || !was_reached_) return false;
    if (!silent_since_) {
        silent_since_ = now;
        const auto minutes = std::chrono::floor<std::chrono::minutes>(wait_max_).count();
        output_.complain(fmt::format("{} Asking again for {} minutes.", error.message, minutes));
    }
    return now - *silent_since_ < wait_max_;
}

}  // namespace terrace::cli
