// Attempts from lease to report, with a mock that really builds.
#include "worker/app/attempt_runner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/integration/worker/mini_worker.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

std::vector<RpmFile> binaries_of(const AttemptReport& report) {
    std::vector<RpmFile> rpms = report.rpms;
    std::erase_if(rpms, [](const RpmFile& rpm) { return rpm.nevra.arch == "src"; });
    return rpms;
}

TEST_CASE("a build ends with audited and uploaded RPMs of the target's level") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    worker.scheduler.calls_away = 1;  // as while the scheduler starts anew
    const AttemptReport report = worker.run(worker.lease_on("ok"));
    CAPTURE(report.evidence);
    CHECK(name_of(report.outcome) == "ok");
    CHECK(report.fence == 9);
    CHECK(report.wall_ms > 0);
    CHECK(report.cpu_ms > 0);
    CHECK(report.disk_bytes > report.rpms[0].size);
    REQUIRE(report.rpms.size() == 4);
    CHECK(report.rpms[0].filename == "ok-1.0-1.t1.src.rpm");
    CHECK(report.rpms[0].nevra.arch == "src");
    CHECK(report.rpms[1].filename == "ok-1.0-1.t1.x86_64_v3.rpm");
    CHECK(to_string(report.rpms[1].nevra) == "ok-1.0-1.t1.x86_64_v3");
    CHECK_FALSE(report.rpms[1].debug);
    CHECK(std::ranges::count_if(report.rpms, &RpmFile::debug) == 2);
    for (const RpmFile& rpm : report.rpms) CHECK(worker.scheduler.has_object(rpm.digest));
    CHECK_FALSE(report.audit.code_identity.hex.empty());
    const std::string log = worker.scheduler.log();
    CHECK(log.find("-march=x86-64-v3") != std::string::npos);
    CHECK(log.ends_with("outcome: ok\n"));
    CHECK_FALSE(worker.left_something());
}

TEST_CASE("the package's own failures are told apart") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    struct Row {
        const char* package;
        const char* outcome;
        const char* evidence;
    };
    for (const Row& row : {Row{"check-fails", "check_failed", "(%check)"},
                           Row{"build-fails", "build_failed", "undeclared"},
                           Row{"missing-requires", "uninstallable", "no-such-package-devel"},
                           Row{"broken-spec", "bad_srpm", "broken on purpose"}}) {
        CAPTURE(row.package);
        const AttemptReport report = worker.run(worker.lease_on(row.package));
        CHECK(name_of(report.outcome) == row.outcome);
        CHECK(report.evidence.find(row.evidence) != std::string::npos);
        CHECK(report.rpms.empty());
        CHECK_FALSE(worker.left_something());
    }
}

TEST_CASE("a cancelled build leaves no process, no build root and no file") {
    if (!has_mini_repo()) return;
    MiniWorker worker(RootKind::root_cache);
    worker.runner->start(worker.lease_on("sleeper"));
    for (int i = 0; i < 600 && worker.scheduler.log().find("\nsleeping\n") == std::string::npos;
         ++i) {
        std::this_thread::sleep_for(200ms);
    }
    worker.runner->cancel();
    const auto report = worker.wait_for_report(60s);
    REQUIRE(report.has_value());
    CHECK(name_of(report->outcome) == "infra_aborted");
    CHECK_FALSE(worker.left_something());
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
        std::ifstream file(process.path() / "cmdline");
        std::string line;
        std::getline(file, line);
        CHECK_FALSE(line.starts_with(std::string("sleep\0", 6) + "987"));
        CHECK_FALSE(line.starts_with(std::string("sleep\0", 6) + "654"));
    }
}

TEST_CASE("two builds of one package are compared, and their twin roots are gone afterwards") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    LeaseGrant lease = worker.lease_on("ok");
    const AttemptReport variant = worker.run(lease);
    lease.build->mock_config = "mini-1-x86_64";
    lease.build->target_arch = "x86_64";
    lease.build->target_level = Level::x86_64;
    lease.build->require_march = false;
    const AttemptReport baseline = worker.run(lease);
    REQUIRE(name_of(variant.outcome) == "ok");
    REQUIRE(name_of(baseline.outcome) == "ok");
    CHECK(variant.audit.code_identity != Digest{});

    lease.build.reset();
    ComparisonOrder& order = lease.comparison.emplace();
    order.benchmark = {"ok", {"ok"}, "true", {{"level", "ok-level", BenchmarkRole::primary}}};
    order.mock_config = "mini-1-x86_64";
    order.baseline_rpms = binaries_of(baseline);
    order.variant_rpms = binaries_of(variant);
    order.benchmark_digest = os::sha256_of_text("benchmark");
    order.pairs_done = 4;  // as another attempt left it
    order.pairs_next = 6;
    order.timeout = 10min;
    worker.scheduler.pairs_wanted = 10;
    const AttemptReport report = worker.run(lease);
    CAPTURE(report.evidence);
    CAPTURE(worker.scheduler.log());
    CHECK(name_of(report.outcome) == "ok");
    REQUIRE(worker.scheduler.looks.size() == 2);
    const LookReport& first = worker.scheduler.looks[0];
    CHECK(first.fence == lease.fence);
    CHECK(first.benchmark_digest == order.benchmark_digest);
    CHECK(first.pairs_done == 4);
    CHECK(first.pairs == 6);
    REQUIRE(first.samples.size() == 4);
    CHECK(std::ranges::count_if(first.samples, &Sample::variant) == 2);
    CHECK(std::ranges::min(first.samples, {}, &Sample::pair).pair == 4);
    CHECK(worker.scheduler.looks[1].pairs_done == 6);
    CHECK(worker.scheduler.looks[1].pairs == 10);
    CHECK(worker.scheduler.looks[1].samples.size() == 8);
    CHECK(worker.scheduler.log().find("the farm asks for 10 pairs after 6") != std::string::npos);
    CHECK_FALSE(worker.left_something());

    order.benchmark.benchmarks[0].command = "exit 3";
    CHECK(name_of(worker.run(lease).outcome) == "build_failed");
}

TEST_CASE("a build that needs an SRPM or a seed that is not there any more is not begun") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    LeaseGrant changed = worker.lease_on("ok");
    changed.seed_repos[0].repomd_digest = os::sha256_of_text("another day");
    const AttemptReport refused = worker.run(changed);
    CHECK(name_of(refused.outcome) == "infra_aborted");
    CHECK(refused.evidence.find("has changed since the seed was frozen") != std::string::npos);

    LeaseGrant without = worker.lease_on("ok");
    without.build->srpm_digest = os::sha256_of_text("nothing");
    CHECK(name_of(worker.run(without).outcome) == "infra_aborted");

    LeaseGrant escaping = worker.lease_on("ok");
    escaping.build->srpm_name = "../../escape.src.rpm";
    CHECK(name_of(worker.run(escaping).outcome) == "infra_aborted");
}

}  // namespace
}  // namespace terrace::worker
