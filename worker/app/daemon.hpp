#pragma once

#include "worker/app/config.hpp"

namespace terrace::worker {

/// Works for the farm until SIGTERM or SIGINT: then leases nothing more, lets what runs end within
/// the configured time, hands back what does not, and returns. A second signal hands it back at
/// once. @pre block_stop_signals(). Throws std::exception if it cannot start.
void run_daemon(const WorkerConfig& config);

}  // namespace terrace::worker
