#include "tests/integration/worker/mini_worker.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include "common/os/child_process.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

/// A number that no other run of these tests uses at the same time: its processes are ended.
sandbox::SlotUser own_user(int slot) {
    const int uid = 1'000'000 + 4 * (::getpid() % 1'000'000) + slot;
    return {uid, uid};
}

std::filesystem::path make_srpm(const std::string& name,
                                const std::string& specs,
                                const std::filesystem::path& directory) {
    os::ChildSpec spec;
    const std::filesystem::path file = std::filesystem::absolute(specs + "/" + name + ".spec");
    spec.arguments = {"rpmbuild",
                      "-bs",
                      "--nodeps",
                      "--define",
                      "_topdir " + directory.string(),
                      "--define",
                      "_srcrpmdir " + directory.string(),
                      file.string()};
    spec.environment = os::current_environment();
    const os::CapturedRun run = os::run_captured(spec, 60s);
    INFO(run.output);
    REQUIRE(run.exit_code == 0);
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const std::string found = entry.path().filename().string();
        if (found.starts_with(name + "-") && found.ends_with(".src.rpm")) return entry.path();
    }
    FAIL("rpmbuild made no SRPM");
    return {};
}

}  // namespace

std::string mini_repo() {
    const char* repo = std::getenv("TERRACE_MINI_REPO");
    return repo == nullptr ? "" : repo;
}

bool has_mini_repo() {
    if (!mini_repo().empty() && ::geteuid() == 0) return true;
    std::cerr << "\n*** SKIPPED: set TERRACE_MINI_REPO to a repository made by "
                 "deploy/mini-distro/make-mini-distro, "
                 "and be root. ***\n\n";
    return false;
}

MiniWorker::MiniWorker(RootKind roots, const std::filesystem::path& parent) : directory(parent) {
    settings.mock.roots.kind = roots;
    settings.mock.command = {std::filesystem::absolute("tests/minimock/mock").string()};
    settings.mock.configs = std::filesystem::absolute("mock-configs");
    settings.mock.isolation = "simple";
    settings.measure_program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../bin/terrace-measure";
    settings.inspect_program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../bin/terrace-inspect";
    settings.mock.namespaces = true;
    // The stand-in isolates better than mock does: what is tested is the worker's part.
    ::setenv("MINIMOCK_WEAK_ISOLATION", "1", 1);
    const auto state_path = directory.path() / "state";
    slot = {"test-0", own_user(0), state_path};
    settings.mock.base_directory = state_path / "mock";
    static const os::TemporaryDirectory cache;  // making a root cache is most of a build's time
    settings.mock.cache_directory = cache.path() / "mock-cache";
    // mock enters them as another user.
    for (const auto& path : {directory.path(), cache.path()}) {
        std::filesystem::permissions(path, std::filesystem::perms(0755));
    }
    state.emplace(state_path, settings.mock,
                  std::vector<sandbox::SlotUser>{own_user(0), own_user(1)});
    runner.emplace(scheduler, *state, settings, slot);
}

LeaseGrant MiniWorker::lease_on(const std::string& name, const std::string& specs) {
    const std::filesystem::path srpm = make_srpm(name, specs, directory.path());
    LeaseGrant lease;
    lease.attempt = AttemptId{7};
    lease.fence = 9;
    const std::string repo = mini_repo();
    lease.seed_repos = {
        {"mini", "file://" + repo, os::sha256_of_file(repo + "/repodata/repomd.xml")}};
    BuildOrder& order = lease.build.emplace();
    order.package = name;
    order.srpm_name = srpm.filename().string();
    order.srpm_digest = scheduler.add_object(os::read_file(srpm));
    order.mock_config = "mini-1-x86_64_v3";
    order.target_arch = "x86_64_v3";
    order.target_level = Level::x86_64_v3;
    order.dist = ".t1";
    order.require_march = true;
    order.timeout = 10min;
    return lease;
}

AttemptReport MiniWorker::run(const LeaseGrant& lease) {
    runner->start(lease);
    const auto report = wait_for_report(300s);
    INFO(scheduler.log());
    REQUIRE(report.has_value());
    return *report;
}

std::optional<AttemptReport> MiniWorker::wait_for_report(std::chrono::seconds time_max) {
    const auto deadline = std::chrono::steady_clock::now() + time_max;
    while (std::chrono::steady_clock::now() < deadline) {
        if (auto report = runner->poll()) return report;
        std::this_thread::sleep_for(100ms);
    }
    return std::nullopt;
}

std::unique_ptr<SlotRunner> MiniWorker::neighbour() {
    return std::make_unique<SlotRunner>(scheduler, *state, settings,
                                        Slot{"test-1", own_user(1), slot.state});
}

bool MiniWorker::left_something() const {
    if (!std::filesystem::is_empty(slot.state / "attempts")) return true;
    if (!sandbox::find_processes(marks_of_slot(slot, settings.mock.base_directory)).empty())
        return true;
    for (const auto& entry : std::filesystem::directory_iterator(settings.mock.base_directory)) {
        if (entry.is_directory()) return true;  // the lock file of a build root stays
    }
    return false;
}

}  // namespace terrace::worker
