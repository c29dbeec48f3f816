#pragma once

#include <cstdint>

#include "cli/session.hpp"

namespace terrace::cli {

/// Prints the log of the build's newest attempt, as far as it has come.
ExitCode print_log_of_build(Session& session, std::int64_t build);

/// The same, then what is added, until the build has ended: through its further attempts, restarts
/// of the scheduler and lost connections. Waits for the first attempt to start. Ends with a line
/// that says how the build ended.
ExitCode follow_log_of_build(Session& session, std::int64_t build);

}  // namespace terrace::cli
