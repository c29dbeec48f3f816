#pragma once

#include <vector>

#include "worker/app/attempt_context.hpp"
#include "worker/app/config.hpp"
#include "worker/mock/environment.hpp"

namespace terrace::worker {

/// How attempts run on this host, as the configuration and the host have it: mock's isolation
/// `auto` is decided here (nspawn where systemd runs this host, as mock has it, else simple), and
/// `sandbox` as well. Throws std::runtime_error for what this host cannot do.
AttemptSettings attempt_settings_of(const WorkerConfig& config);

/// The slots, each with a user of its own where the worker is root. Throws std::runtime_error if
/// there are fewer users than slots.
std::vector<Slot> slots_of(const WorkerConfig& config);

}  // namespace terrace::worker
