#pragma once

#include <cstdint>

#include "cli/session.hpp"

namespace terrace::cli {

/// Shows a rebuild until it has ended, and then what failed. With --json the rebuild's last state
/// is printed. Survives a scheduler that restarts (Patience). `failed` if any build failed or the
/// rebuild did not finish.
ExitCode watch_rebuild(Session& session, std::int64_t id);

}  // namespace terrace::cli
