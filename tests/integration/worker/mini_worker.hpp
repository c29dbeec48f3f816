#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "common/os/files.hpp"
#include "tests/integration/worker/fake_scheduler.hpp"
#include "worker/app/attempt_runner.hpp"

namespace terrace::worker {

/// The environment that real builds in the mini distribution need: root, the group mock, and
/// TERRACE_MINI_REPO, a directory made by deploy/mini-distro/make-mini-distro. Says so loudly if it
/// is not set.
bool has_mini_repo();
/// That directory.
std::string mini_repo();

/// One slot of a worker that drives tests/minimock against the mini distribution.
class MiniWorker {
public:
    /// `roots`: reuse is quickest by far, once a test program has made its root, unless mock is
    /// ended: then it is made anew. What a build writes is with it beside the cache, not in
    /// `parent`, where all else is.
    explicit MiniWorker(
        RootKind roots = RootKind::reuse,
        const std::filesystem::path& parent = std::filesystem::temp_directory_path());

    /// A lease on building tests/minimock/specs/NAME.spec for x86_64_v3; the SRPM is made and
    /// uploaded.
    LeaseGrant lease_on(const std::string& name, const std::string& specs = "tests/minimock/specs");
    /// Runs it to its end.
    AttemptReport run(const LeaseGrant& lease);
    std::optional<AttemptReport> wait_for_report(std::chrono::seconds time_max);
    bool left_something() const;
    /// Another slot of the same worker, with a user of its own.
    std::unique_ptr<SlotRunner> neighbour();

    os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    AttemptSettings settings;
    Slot slot;
    std::optional<StateDirectory> state;
    std::optional<SlotRunner> runner;
};

}  // namespace terrace::worker
