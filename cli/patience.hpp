#pragma once

#include <chrono>
#include <optional>

#include "cli/output/output.hpp"
#include "common/vocab/result.hpp"

namespace terrace::cli {

/// How long a command that watches something puts up with a farm that does not answer: a scheduler
/// that is being restarted must not end it, one that was never there must. Says so once when it
/// begins to wait, and once when the farm is back. Pure but for its two sentences.
class Patience {
public:
    using Clock = std::chrono::steady_clock;

    Patience(Output& output, std::chrono::seconds wait_max)
        : output_(output), wait_max_(wait_max) {}

    void answered();

    /// True if the command should ask again.
    bool should_wait(const Error& error, Clock::time_point now);

private:
    Output& output_;
    std::chrono::seconds wait_max_;
    bool was_reached_ = false;
    std::optional<Clock::time_point> silent_since_;
};

/// Enough for a scheduler to be upgraded.
constexpr std::chrono::minutes kRestartWait{5};

}  // namespace terrace::cli
