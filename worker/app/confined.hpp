#pragma once

#include <string>
#include <vector>

#include "worker/core/attempt_plan.hpp"
#include "worker/sandbox/namespace_wrapper.hpp"

namespace terrace::worker {

/// A command of mock's with what isolates it before it, where mock itself does not (sandbox).
std::vector<std::string> confined(const MockSettings& mock,
                                  const std::vector<std::string>& command,
                                  sandbox::Network network);

/// What a build whose seed is there needs to fill its build root.
sandbox::Network network_for(const std::vector<SeedRepo>& seed_repos);

}  // namespace terrace::worker
