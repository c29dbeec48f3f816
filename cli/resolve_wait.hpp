#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/session.hpp"

namespace terrace::cli {

/// The farm only needs time: it resolves the dependencies that an order or a choice of packages
/// comes from, and has changed nothing.
bool is_resolving(const Error& error);

/// The clock that a command waits by; tests have one of their own.
struct Pace {
    using Clock = std::chrono::steady_clock;
    std::function<Clock::time_point()> now;
    std::function<void(std::chrono::milliseconds)> sleep;
};
Pace real_pace();

/// Enough to resolve the package set of a whole distribution.
constexpr std::chrono::minutes kResolveWait{10};

/// What `ask` answers, asked again for `kResolveWait` while the farm is resolving dependencies.
/// Says on standard error that it waits, and how long it has; every other error comes at once.
Result<std::string> ask_until_resolved(Output& output,
                                       const Pace& pace,
                                       const std::function<Result<std::string>()>& ask);

/// POST and GET that wait so, in real time.
Result<std::string> post_when_resolved(Session& session,
                                       const Target& target,
                                       const std::string& body);
Result<std::string> get_when_resolved(Session& session, const Target& target);

}  // namespace terrace::cli
