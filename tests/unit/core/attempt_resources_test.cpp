// What a farm keeps of what attempts took, and of what their workers have left.
#include <doctest/doctest.h>

#include "common/vocab/sha256.hpp"
#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

using namespace std::chrono_literals;

SubmitRebuild everything() {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return submit;
}

AttemptReport a_failure(Outcome outcome) {
    AttemptReport report;
    report.outcome = outcome;
    report.evidence = "evidence";
    return report;
}

TEST_CASE(
    "what an attempt wrote and had in its build root is recorded, the list under its digest") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    AttemptReport report = a_failure(Outcome::build_failed);
    report.bytes_written = 4096;
    report.buildroot_packages = {"bash-5.2-1.x86_64", "zlib-1.3-1.x86_64"};
    REQUIRE(farm.report(*lease, report).has_value());
    const auto row = [&]<class Row>(Row) {
        for (const Change& change : farm.changes) {
            if (const auto* found = std::get_if<Row>(&change)) return *found;
        }
        FAIL("no such row");
        return Row{};
    };
    const Buildroot buildroot = row(Buildroot{});
    CHECK(buildroot.packages == report.buildroot_packages);
    CHECK(buildroot.id == sha256_of_text("bash-5.2-1.x86_64\nzlib-1.3-1.x86_64\n"));
    CHECK(row(Attempt{}).buildroot == buildroot.id);
    CHECK(row(Attempt{}).bytes_written == 4096);
}

TEST_CASE("a report with an absurd build root is refused and the lease stays") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    AttemptReport report = a_failure(Outcome::build_failed);
    report.buildroot_packages.assign(10'001, "a-1-1.noarch");
    CHECK(farm.report(*lease, report).error().code == Errc::invalid_argument);
    CHECK(farm.lease(worker)->attempt == lease->attempt);
}

TEST_CASE("a heartbeat tells how much disk the worker has now, and placement goes by it") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.now += 10min;
    RenewLeases renew{worker, "w/1", {}, 1000};
    CHECK(farm.get<Renewed>(renew).ended.empty());
    CHECK(farm.state().workers.at(worker).hello.disk_bytes_free == 1000);
    farm.now += 10min;
    renew.disk_bytes_free = 0;  // a worker that does not tell
    CHECK(farm.get<Renewed>(renew).ended.empty());
    CHECK(farm.state().workers.at(worker).hello.disk_bytes_free == 1000);
}

}  // namespace
}  // namespace terrace::core::testing
