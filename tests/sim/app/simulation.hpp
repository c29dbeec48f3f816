#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "common/vocab/time.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/fleet.hpp"
#include "tests/sim/app/policy.hpp"

namespace terrace::sim {

/// One attempt as it was played.
struct PlayedAttempt {
    int build = 0;
    int slot = 0;
    Duration start{};
    Duration end{};
    bool ok = true;
    friend bool operator==(const PlayedAttempt&, const PlayedAttempt&) = default;
};

/// All attempts, by their start.
using History = std::vector<PlayedAttempt>;

/// How many of all builds are done.
using ProgressReport = std::function<void(std::size_t done, std::size_t total)>;

/// Plays the campaign on the fleet, from one event to the next, until every build has succeeded.
/// Attempts fail with their machine's rate, drawn by seed, build and number of the attempt. Throws
/// std::logic_error when the policy breaks a rule (a slot that is busy or too small, a build that
/// waits for another, a build twice) or comes to a stop with builds left.
History simulate(
    const Campaign& campaign,
    const Fleet& fleet,
    Policy& policy,
    std::uint64_t seed,
    const ProgressReport& progress = [](std::size_t, std::size_t) {});

}  // namespace terrace::sim
