#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"

/// What `terrace build explain` shows: why a build is not running.
namespace terrace {

/// The first predicate of placement that fails for one worker; `free` if none does.
struct WorkerReason {
    std::string worker;
    Level level = Level::none;
    std::string predicate;  ///< level, feature, excluded_cpu, cores, memory, disk, draining,
                            ///< disabled, quarantined, probing, paused, back_off, avoid,
                            ///< measuring, busy, room, reserved, headroom, free
    std::string detail;     ///< a sentence
    friend bool operator==(const WorkerReason&, const WorkerReason&) = default;
};
BOOST_DESCRIBE_STRUCT(WorkerReason, (), (worker, level, predicate, detail))

struct Explanation {
    BuildId build;
    std::string package;
    std::string variant;
    std::string state;
    std::string why;                       ///< one sentence
    std::vector<std::string> waits_for;    ///< blocked: source packages of its rebuild
    std::optional<std::int64_t> position;  ///< in its rebuild; 1 goes first
    std::int64_t ready_in_class = 0;       ///< other ready builds of its priority class
    std::int64_t of_higher_class = 0;      ///< ready builds that go before it whatever its rank
    bool unplaceable = false;              ///< no worker can run it that is not kept from leases
    std::optional<TimePoint> since;        ///< unplaceable since; shown after a grace period
    std::optional<TimePoint> start_estimated;
    std::string start_basis;
    double seconds_expected = 0;
    std::string seconds_basis;
    std::vector<WorkerReason> workers;
    friend bool operator==(const Explanation&, const Explanation&) = default;
};
BOOST_DESCRIBE_STRUCT(Explanation,
                      (),
                      (build,
                       package,
                       variant,
                       state,
                       why,
                       waits_for,
                       position,
                       ready_in_class,
                       of_higher_class,
                       unplaceable,
                       since,
                       start_estimated,
                       start_basis,
                       seconds_expected,
                       seconds_basis,
                       workers))

}  // namespace terrace
