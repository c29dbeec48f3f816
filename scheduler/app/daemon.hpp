#pragma once

#include <string>

#include "scheduler/app/config.hpp"
#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// The farm's token, without the white space around it; empty if the farm has none. Throws
/// runtime::ConfigError.
std::string load_token(const SchedulerConfig& config);

/// Serves the farm from `config` and the database at `dsn` until SIGTERM or SIGINT, on this thread
/// and those it starts; a second signal ends the process. Throws when the farm cannot be served
/// (any longer).
void serve_farm(const SchedulerConfig& config,
                const core::FarmConfig& farm,
                const std::string& dsn,
                const std::string& token);

}  // namespace terrace::scheduler
