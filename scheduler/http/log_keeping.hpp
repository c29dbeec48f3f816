#pragma once

#include <chrono>
#include <string>

#include "common/vocab/outcome.hpp"
#include "common/vocab/time.hpp"
#include "scheduler/http/reads.hpp"

namespace terrace::rest {

/// How long the logs of attempts that have ended are kept.
struct LogKeeping {
    Duration keep = std::chrono::days(30);         ///< of those that ended as they should
    Duration keep_failed = std::chrono::days(90);  ///< of those that people may still look into

    bool is_over(const AttemptEnd& end, TimePoint now) const {
        return end.ended_at + keep_of(end.outcome) < now;
    }
    Duration keep_of(Outcome outcome) const { return ended_well(outcome) ? keep : keep_failed; }
    /// "logs.keep (30 days)": the key of scheduler.yaml and its value.
    std::string name_for(Outcome outcome) const;
    static bool ended_well(Outcome outcome) {
        return outcome == Outcome::ok || outcome == Outcome::cancelled;
    }
};

}  // namespace terrace::rest
