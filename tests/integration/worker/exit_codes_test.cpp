// mock's exit codes, each from a mock that really gives it, for the reason that mock has. 0, 1, 11,
// 30, 40, 129, 137 and 143 are in outcomes_test.cpp. `mock --rebuild` has no way to three that
// mockbuild/exception.py of 6.7 lists:
//   4   only --chain counts packages;
//   20  RootError is the base of 30 and 31, and nothing raises it by itself any more (it was a
//       build root without useradd, before mock came to use the host's);
//   65  a pool that another mock uses is waited for; only --scrub=lvm or all gives up.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "common/os/unique_fd.hpp"
#include "tests/integration/worker/host_limits.hpp"
#include "tests/integration/worker/mini_worker.hpp"
#include "worker/core/outcome.hpp"
#include "worker/mock/mock_runner.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

/// Calls of mock, to rebuild a package of tests/minimock/specs.
class Call {
public:
    explicit Call(MiniWorker& worker, const std::string& package = "ok")
        : worker_(worker), lease_(worker.lease_on(package)) {
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
    /// With these lines at the end of its configuration.
    MockEnd run_with(const std::string& lines) {
        const std::string usual = config;
        config += lines;
        const MockEnd end = run();
        config = usual;
        return end;
    }

    AttemptPaths paths;
    std::string config;
    std::map<std::string, std::string> environment;

private:
    MiniWorker& worker_;
    LeaseGrant lease_;
};

void check_end(const MockEnd& end,
               int exit_code,
               const std::string& evidence,
               const std::string& outcome = "infra_aborted") {
    CAPTURE(exit_code);
    CHECK(end.exit_code == exit_code);
    const Ending ending = mock_ending(end.exit_code, end.facts);
    CHECK(name_of(ending.outcome) == outcome);
    CAPTURE(ending.evidence);
    CHECK(ending.evidence.find(evidence) != std::string::npos);
}

TEST_CASE("a mock that cannot begin") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    Call call(worker);

    call.environment.erase("SUDO_UID");
    check_end(call.run(), 1, "mock failed, rpmbuild did not: mock will not run from the root");
    call.environment = mock_environment(worker.slot);

    check_end(call.run_with("include('no-such.cfg')\n"), 3,
              "mock does not accept its configuration: Could not find included config file");
    check_end(call.run_with("config_opts['legal_host_arches'] = ('s390x',)\n"), 6,
              "mock does not know the architecture: Cannot build target x86_64_v3 on arch ");
    check_end(call.run_with("config_opts['plugin_conf']['lvm_root_enable'] = True\n"), 25,
              "mock could not work with LVM: Volume group must be specified");

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

/// `before` begins the command.
void put_before(std::vector<std::string>& command, const std::vector<std::string>& before) {
    command.insert(command.begin(), before.begin(), before.end());
}

TEST_CASE("a mock that is not let have what it needs of the host") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    Call call(worker);
    const auto without_capability = [](auto& command) {
        put_before(command, {"setpriv", "--bounding-set=-sys_admin"});
    };
    check_end(call.run(without_capability), 80,
              "mock could not make its namespaces: Namespace unshare failed.");

    // Whoever reads what mock says has gone away.
    const auto into_closed_pipe = [](auto& command) {
        put_before(command, {"bash", "-c", "set -o pipefail; \"$@\" 2>&1 | true", "bash"});
    };
    check_end(call.run(into_closed_pipe), 141, "mock was ended by signal 13 (SIGPIPE)");

    // Neither podman nor, where there is one, the image.
    check_end(call.run_with("config_opts['use_bootstrap'] = True\n"
                            "config_opts['use_bootstrap_image'] = True\n"
                            "config_opts['bootstrap_image'] = 'localhost/no-such-image'\n"
                            "config_opts['bootstrap_image_fallback'] = False\n"),
              90, "The bootstrap root could not be prepared: ");

    check_end(call.run_with("config_opts['plugin_conf']['tmpfs_enable'] = True\n"
                            "config_opts['plugin_conf']['tmpfs_opts']['max_fs_size'] = 'much'\n"),
              32,
              "A file system of the build root could not be mounted: Command failed: # mount -t "
              "tmpfs ");
}

TEST_CASE("a program that is missing") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    Call call(worker, "only-noarch");
    check_end(call.run_with("config_opts['dnf4_builddep_command'] = '/usr/bin/no-builddep'\n"), 120,
              "A weak dependency of mock is missing: [Errno 2] No such file or directory: "
              "'/usr/bin/no-builddep'");
    check_end(call.run_with("config_opts['rpmbuild_command'] = '/usr/lib/rpm-next/rpmbuild'\n"),
              127, "/usr/lib/rpm-next/rpmbuild: No such file or directory");
}

TEST_CASE("a mock that loses track of its own state") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    Call call(worker, "only-noarch");
    check_end(call.run(), 0, "",
              "ok");  // the root cache is there now, and dnf is first called late
    std::filesystem::remove_all(call.paths.results);
    StateDirectory::make_results(call.paths.results, worker.slot);
    // A plugin cannot write its list, and leaves its phase open.
    std::filesystem::create_directory(call.paths.results / "available_pkgs.log");
    check_end(
        call.run_with(
            "config_opts['update_before_build'] = False\n"
            "config_opts['plugin_conf']['package_state_enable'] = True\n"
            "config_opts['plugin_conf']['package_state_opts']['available_pkgs'] = True\n"),
        110,
        "mock lost track of its own state: state finish mismatch: current: Outputting list of "
        "available packages, state: build setup for ");
}

TEST_CASE("BuildRequires that a script or another packager should tell") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
    check_end(Call(worker, "dynamic-fails").run(), 10, "setup.py: error: no version",
              "build_failed");

    Call call(worker, "external");
    check_end(call.run(), 1, "ExternalBuildRequires requires `use_bootstrap`", "uninstallable");
    check_end(call.run_with("config_opts['use_bootstrap'] = True\n"), 1,
              "ExternalBuildRequires are found but support is disabled", "uninstallable");
    check_end(call.run_with("config_opts['use_bootstrap'] = True\n"
                            "config_opts['external_buildrequires'] = True\n"),
              31, "Unknown external dependencies: external:no-such-kind:thing", "uninstallable");
}

TEST_CASE("a root cache that is damaged") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache, small_disk());
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
