// mock's exit codes that a package has no part in, each from a mock that really gives it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "common/os/unique_fd.hpp"
#include "tests/integration/worker/mini_worker.hpp"
#include "worker/core/outcome.hpp"
#include "worker/mock/mock_runner.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

/// One call of mock that ends before it builds anything.
class Call {
public:
    explicit Call(MiniWorker& worker) : worker_(worker), lease_(worker.lease_on("ok")) {
        paths.config = worker.directory.path() / "attempt.cfg";
        paths.results = worker.directory.path() / "results";
        paths.srpm = worker.directory.path() / lease_.build->srpm_name;
        paths.unique_ext = "test-0";
        config = *attempt_config_text(worker.settings.mock, lease_.build->mock_config,
                                      lease_.seed_repos);
        environment = mock_environment(worker.slot);
        StateDirectory::make_results(paths.results, worker.slot);
    }

    /// @param change the command
    template <class Change>
    MockEnd run(Change change) {
        os::write_file_atomically(paths.config, config);
        MockRun run;
        run.command = rebuild_command(worker_.settings.mock, paths, *lease_.build);
        change(run.command);
        run.environment = environment;
        run.results = paths.results;
        run.output = worker_.directory.path() / "mock.out";
        run.base_directory = worker_.settings.mock.base_directory;
        run.unique_ext = paths.unique_ext;
        run.time_max = 5min;
        AttemptLog log(worker_.scheduler, {AttemptId{7}, 9}, worker_.directory.path() / "log");
        return run_mock(run, log, [] { return false; });
    }
    MockEnd run() {
        return run([](auto&) {});
    }

    AttemptPaths paths;
    std::string config;
    std::map<std::string, std::string> environment;

private:
    MiniWorker& worker_;
    LeaseGrant lease_;
};

void check_end(const MockEnd& end, int exit_code, const std::string& evidence) {
    CHECK(end.exit_code == exit_code);
    const Ending ending = mock_ending(end.exit_code, end.facts);
    CHECK(name_of(ending.outcome) == "infra_aborted");
    CAPTURE(ending.evidence);
    CHECK(ending.evidence.find(evidence) != std::string::npos);
}

TEST_CASE("a mock that cannot begin") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    Call call(worker);

    call.environment.erase("SUDO_UID");
    check_end(call.run(), 1, "mock failed, rpmbuild did not: mock will not run from the root");
    call.environment = mock_environment(worker.slot);

    const std::string config = call.config;
    call.config = "include('no-such.cfg')\n";
    check_end(call.run(), 3,
              "mock does not accept its configuration: Could not find included config file");
    call.config = config;

    check_end(call.run([](auto& command) { command.emplace_back("--isolation=other"); }), 5,
              "mock does not accept its command line: Bad option for '--isolation'");
    check_end(call.run([](auto& command) { command.pop_back(); }), 50,
              "mock does not accept its command: No package specified");

    const std::filesystem::path lock =
        worker.settings.mock.base_directory / ".mini-1-x86_64_v3-test-0.lock";
    {
        const os::UniqueFd held(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
        REQUIRE(held);
        REQUIRE(::lockf(held.get(), F_TLOCK, 0) == 0);
        check_end(call.run(), 60, "The build root is in use by another mock: Build root is locked");
    }

    call.paths.results = "/proc/no-such-directory";
    check_end(call.run(), 70, "mock could not make the result directory: Could not create");
}

TEST_CASE("a root cache that is damaged") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    const std::filesystem::path cache = worker.directory.path() / "damaged";
    std::filesystem::create_directory(cache);
    Call call(worker);
    call.config +=
        "config_opts['plugin_conf']['root_cache_opts']['dir'] = '" + cache.string() + "'\n";
    os::write_file_atomically(call.paths.config, call.config);
    os::write_file_atomically(cache / "cache.tar.gz", "this is no archive");
    // A cache that is older than the configuration would not be looked at.
    std::filesystem::last_write_time(cache / "cache.tar.gz",
                                     std::filesystem::file_time_type::clock::now() + 1h);
    check_end(call.run(), 2, "The root cache could not be unpacked: Command failed:");
}

}  // namespace
}  // namespace terrace::worker
