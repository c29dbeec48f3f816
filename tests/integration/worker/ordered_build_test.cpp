// What a build takes from its dependencies and from its release's rules, with a mock that really
// builds.
#include <doctest/doctest.h>

#include <string>

#include "tests/integration/worker/mini_worker.hpp"

namespace terrace::worker {
namespace {

constexpr const char* kSpecs = "tests/e2e/specs/ordered";

TEST_CASE("a package that only this rebuild made satisfies BuildRequires, and its code is used") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    const AttemptReport alone = worker.run(worker.lease_on("e2e-app", kSpecs));
    CHECK(name_of(alone.outcome) == "uninstallable");
    CHECK(alone.evidence.find("e2e-lib-static") != std::string::npos);

    const AttemptReport lib = worker.run(worker.lease_on("e2e-lib", kSpecs));
    REQUIRE(name_of(lib.outcome) == "ok");
    LeaseGrant lease = worker.lease_on("e2e-app", kSpecs);
    lease.build->buildroot_rpms = lib.rpms;
    const AttemptReport app = worker.run(lease);
    CAPTURE(app.evidence);
    // Its %check refuses a library of another level than its own.
    CHECK(name_of(app.outcome) == "ok");
    const std::string log = worker.scheduler.log();
    CHECK(log.find("packages of this rebuild that the build root may take: 1, 1 of them as "
                   "x86_64\n") != std::string::npos);
    CHECK(log.find("packages of this rebuild in the build root: "
                   "e2e-lib-devel-1.0-1.t1.x86_64_v3\n") != std::string::npos);
    CHECK_FALSE(worker.left_something());

    lease.seed_repos[0].repomd_digest = os::sha256_of_text("another day");
    CHECK(name_of(worker.run(lease).outcome) == "infra_aborted");

    lease = worker.lease_on("e2e-app", kSpecs);
    lease.build->buildroot_rpms = lib.rpms;
    lease.build->buildroot_rpms[0].filename = "../escape.rpm";
    lease.build->buildroot_rpms[0].nevra.arch = "noarch";
    CHECK(name_of(worker.run(lease).outcome) == "infra_aborted");

    // The root cache, which later builds start from, has nothing of it.
    CHECK(name_of(worker.run(worker.lease_on("e2e-app", kSpecs)).outcome) == "uninstallable");
}

TEST_CASE(
    "the compiler gets a rule's extra flags, and make runs no wider than the slot has cores") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    LeaseGrant lease = worker.lease_on("ok");
    lease.build->extra_flags = "-ffp-contract=off -DTERRACE_RULE";
    lease.build->resources.cores = 1;
    const AttemptReport report = worker.run(lease);
    CHECK(name_of(report.outcome) == "ok");
    const std::string log = worker.scheduler.log();
    CHECK(log.find("cc -O2 -g -march=x86-64-v3 -ffp-contract=off -DTERRACE_RULE") !=
          std::string::npos);
    CHECK(log.find("make -O -j1 ") != std::string::npos);
}

TEST_CASE("a rule can have %check left out") {
    if (!has_mini_repo()) return;
    MiniWorker worker;
    LeaseGrant lease = worker.lease_on("check-fails");
    lease.build->skip_check = true;
    CHECK(name_of(worker.run(lease).outcome) == "ok");
}

}  // namespace
}  // namespace terrace::worker
