// Builds that mean harm, beside a neighbour; with a mock that isolates no better than Fedora's.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "common/os/child_process.hpp"
#include "tests/integration/worker/mini_worker.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSpecs = "tests/integration/worker/specs";

/// "INTRUDER" lines but for those of %build's own text, which rpmbuild -bs may print.
std::string lines_of(const std::string& log, const std::string& begin) {
    std::istringstream in(log);
    std::string found;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(begin)) found += line + "\n";
    }
    return found;
}

bool comes(FakeScheduler& scheduler, const std::string& text) {
    for (int i = 0; i < 600; ++i) {
        if (scheduler.log().find(text) != std::string::npos) return true;
        std::this_thread::sleep_for(100ms);
    }
    return false;
}

}  // namespace

TEST_CASE(
    "a build reads nothing of its neighbour's or the worker's, and ends none of their processes") {
    if (!has_mini_repo()) return;
    for (const bool namespaces : {true, false}) {
        CAPTURE(namespaces);
        MiniWorker worker(RootKind::root_cache);
        worker.settings.mock.namespaces = namespaces;
        const auto token = worker.slot.state / "token";
        std::ofstream(token) << "secret\n";
        REQUIRE(::chmod(token.c_str(), 0600) == 0);

        LeaseGrant sleeper = worker.lease_on("sleeper");
        sleeper.attempt = AttemptId{8};
        const auto neighbour = worker.neighbour();
        neighbour->start(sleeper);
        REQUIRE(comes(worker.scheduler, "\nsleeping\n"));
        const auto attempt = worker.slot.state / "attempts/8";

        LeaseGrant lease = worker.lease_on("intruder", kSpecs);
        lease.build->require_march = false;
        lease.build->defines = {"forbidden_files " + token.string() + " " +
                                    (attempt / "results/state.log").string() + " " +
                                    (attempt / "attempt.cfg").string() + " /etc/shadow",
                                "forbidden_pid " + std::to_string(::getpid())};
        const AttemptReport report = worker.run(lease);
        const std::string log = worker.scheduler.log();
        CAPTURE(report.evidence);
        CHECK(name_of(report.outcome) == "ok");
        CHECK(lines_of(log, "INTRUDER is done") == "INTRUDER is done\n");
        CHECK(lines_of(log, "INTRUDER read") == "");
        CHECK(lines_of(log, "INTRUDER killed") == "");
        if (namespaces) {
            CHECK(lines_of(log, "INTRUDER sees network") == "INTRUDER sees network: lo\n");
            const std::string seen = lines_of(log, "INTRUDER sees ");
            CHECK(std::stoi(seen.substr(std::string("INTRUDER sees ").size())) < 30);
        }
        CHECK_FALSE(neighbour->poll().has_value());  // it sleeps on
        neighbour->cancel();
        for (int i = 0; i < 600; ++i) {
            if (neighbour->poll()) break;
            std::this_thread::sleep_for(100ms);
        }
        CHECK_FALSE(worker.left_something());
    }
}

TEST_CASE("the processes of a cancelled build end, whatever session and user they are of") {
    if (!has_mini_repo()) return;
    for (const bool namespaces : {true, false}) {
        CAPTURE(namespaces);
        MiniWorker worker(RootKind::root_cache);
        worker.settings.mock.namespaces = namespaces;
        worker.runner->start(worker.lease_on("sleeper"));
        REQUIRE(comes(worker.scheduler, "\nsleeping\n"));
        worker.runner->cancel();
        REQUIRE(worker.wait_for_report(60s).has_value());
        CHECK_FALSE(worker.left_something());
    }
}

TEST_CASE("a file that only looks like an RPM fails its build, and the worker lives on") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    LeaseGrant lease = worker.lease_on("forger", kSpecs);
    lease.build->require_march = false;
    const AttemptReport report = worker.run(lease);
    CHECK(name_of(report.outcome) == "build_failed");
    CHECK(report.evidence.find("could not be inspected") != std::string::npos);
    CHECK(report.evidence.find("forged-1-1.noarch.rpm") != std::string::npos);
    CHECK(report.rpms.empty());
    CHECK_FALSE(worker.left_something());
}

TEST_CASE(
    "from a seed behind HTTP the build root is filled with the network, and built in without") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache);
    os::ChildSpec server;
    const std::string port_file = (worker.directory.path() / "port").string();
    server.arguments = {"python3", "-c",
                        "import functools, http.server, os, sys\n"
                        "handler = functools.partial(http.server.SimpleHTTPRequestHandler, "
                        "directory=sys.argv[1])\n"
                        "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)\n"
                        "open(sys.argv[2] + '.new', 'w').write(str(server.server_port))\n"
                        "os.rename(sys.argv[2] + '.new', sys.argv[2])\n"
                        "server.serve_forever()\n",
                        mini_repo(), port_file};
    server.environment = os::current_environment();
    const os::ChildProcess serving(server);
    for (int i = 0; i < 200 && !std::filesystem::exists(port_file); ++i)
        std::this_thread::sleep_for(50ms);

    LeaseGrant lease = worker.lease_on("intruder", kSpecs);
    lease.build->require_march = false;
    lease.seed_repos[0].url = "http://127.0.0.1:" + os::read_file(port_file);
    const AttemptReport report = worker.run(lease);
    const std::string log = worker.scheduler.log();
    CAPTURE(report.evidence);
    CHECK(name_of(report.outcome) == "ok");
    CHECK(lines_of(log, "INTRUDER sees network") == "INTRUDER sees network: lo\n");
    CHECK_FALSE(worker.left_something());

    const AttemptReport missing = [&] {
        LeaseGrant wanting = worker.lease_on("missing-requires");
        wanting.seed_repos = lease.seed_repos;
        return worker.run(wanting);
    }();
    CHECK(name_of(missing.outcome) == "uninstallable");
    CHECK(missing.evidence.find("no-such-package-devel") != std::string::npos);
}

}  // namespace terrace::worker
