#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "common/vocab/level.hpp"
#include "worker/app/attempt_context.hpp"
#include "worker/core/outcome.hpp"
#include "worker/inspect/inspection.hpp"
#include "worker/sandbox/result_files.hpp"

namespace terrace::worker {

struct Inspected {
    inspect::Inspection inspection;
    std::optional<Ending> ending;  ///< why there is none
};

/// Has terrace-inspect read the RPMs that were taken from a build into `directory`, as the slot's
/// user, with limits, and without network where there are namespaces. What it answers is checked
/// against the files that are there. Blocks; ends early when the attempt is cancelled. Throws
/// std::system_error if it cannot be started.
Inspected inspect_packages(const AttemptContext& context,
                           const std::filesystem::path& directory,
                           const std::vector<sandbox::TakenFile>& taken,
                           Level level_max);

}  // namespace terrace::worker
