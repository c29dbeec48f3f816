#pragma once

#include <string>

#include "common/vocab/outcome.hpp"
#include "worker/core/log_scanner.hpp"

namespace terrace::worker {

/// How an attempt ended, and the sentence or line of the log that decided it.
struct Ending {
    Outcome outcome = Outcome::infra_aborted;
    std::string evidence;
    friend bool operator==(const Ending&, const Ending&) = default;
};

/// What mock's exit code (6.7) means together with its logs. The code alone does not tell: 1 is
/// "rpmbuild failed" and "mock broke" alike. What is not surely the package's fault is ours, and
/// ours is retried elsewhere.
Ending mock_ending(int exit_code, const LogFacts& facts);

}  // namespace terrace::worker
