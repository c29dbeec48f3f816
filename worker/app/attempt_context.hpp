#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/vocab/lease.hpp"
#include "common/vocab/result.hpp"
#include "worker/agent/ports.hpp"
#include "worker/core/attempt_plan.hpp"
#include "worker/mock/attempt_log.hpp"
#include "worker/mock/environment.hpp"
#include "worker/sandbox/cgroup_tree.hpp"
#include "worker/sandbox/disk_watch.hpp"
#include "worker/sandbox/result_files.hpp"

namespace terrace::worker {

/// What is the same for all attempts of a worker.
struct AttemptSettings {
    MockSettings mock;
    std::filesystem::path
        measure_program;  ///< terrace-measure, which times a command in a build root
    LogLimits log;
    std::filesystem::path inspect_program;  ///< terrace-inspect, which reads RPMs
    sandbox::ResultLimits results;          ///< what one build may leave behind
    /// Both outlive the attempts; null: no control groups, and a disk that nobody watches.
    sandbox::CgroupTree* cgroups = nullptr;
    sandbox::DiskWatch* disk = nullptr;
};

/// What an attempt needs while it runs; all of it outlives the attempt.
struct AttemptContext {
    agent::SchedulerApi& api;
    const AttemptSettings& settings;
    std::filesystem::path directory;  ///< the attempt's own files
    const Slot& slot;
    AttemptLog& log;
    std::function<bool()> cancelled;

    void note(const std::string& text) const { log.line("terrace", text); }
};

/// Kills every process of the attempt's slot, and waits for their end. Those that do not end are
/// noted in the log: the slot is not free then, and StateDirectory::free_slot() will say so.
void end_processes(const AttemptContext& context);

/// Calls `call` again as long as the farm (or whatever it asks) is away, which a restart of the
/// scheduler is: hours of building must not be lost to it. Gives up when the attempt is cancelled,
/// or after half an hour.
Result<void> while_farm_is_away(const AttemptContext& context,
                                const std::function<Result<void>()>& call);

/// Whether the seed still is what the order was made for. A mirror that cannot be reached for a
/// while has not changed, and is waited for: a finished build must not be lost to it.
Result<void> check_seed(const AttemptContext& context, const std::vector<SeedRepo>& seed_repos);

}  // namespace terrace::worker
