#pragma once

#include "worker/app/config.hpp"

namespace terrace::worker {

/// Works for the farm until SIGTERM or SIGINT: then leases nothing more, cancels what runs, hands
/// it back, and returns. @pre block_stop_signals(). Throws std::exception if it cannot start.
void run_daemon(const WorkerConfig& config);

}  // namespace terrace::worker
