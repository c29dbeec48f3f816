#pragma once

#include <cstdint>

#include "cli/session.hpp"

namespace terrace::cli {

/// Prints the log of the build's newest attempt, as far as it has come.
ExitCode print_log_of_build(Session& session, std::int64_t build);

/// The same, then what is added, until the attempt has ended. Waits for the first attempt to start.
ExitCode follow_log_of_build(Session& session, std::int64_t build);

}  // namespace terrace::cli
