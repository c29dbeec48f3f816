#pragma once

#include <optional>
#include <vector>

#include "common/vocab/time.hpp"

namespace terrace::sim {

/// A free slot gets a build. Both are indexes: Fleet::slots, Campaign::builds.
struct Start {
    int build = 0;
    int slot = 0;
    friend bool operator==(const Start&, const Start&) = default;
};

/// An attempt that has ended.
struct Ended {
    int build = 0;
    int slot = 0;
    bool ok = false;  ///< false: the machine failed, not the package; it must be tried again
    Duration ran{};
};

/// What decides which build runs where. Driven by simulate(), which calls in the order of time; it
/// knows estimates and never true times.
class Policy {
public:
    virtual ~Policy() = default;

    /// The builds of this rebuild are wanted from now on.
    virtual void submit(int rebuild, Duration now) = 0;
    virtual void ended(const Ended& attempt, Duration now) = 0;
    /// What starts now. Called whenever something has happened; `free_slots` is sorted.
    virtual std::vector<Start> dispatch(const std::vector<int>& free_slots, Duration now) = 0;
    /// When dispatch() should be called though nothing happened: later than `now`, or never.
    virtual std::optional<Duration> wake_at(Duration now) const = 0;
};

}  // namespace terrace::sim
