// What the farm makes of a worker that registers: its level, and what it runs.
#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/core/farm.hpp"
#include "tests/unit/core/builders.hpp"

namespace terrace::core::testing {
namespace {

SubmitRebuild everything() {
    SubmitRebuild submit;
    submit.release = "mini-1";
    return submit;
}

}  // namespace

TEST_CASE("the scheduler derives the level itself from the CPUID leaves") {
    TestFarm farm({a_package("fast")});
    WorkerHello liar = a_worker("liar", Level::x86_64_v4, "host");
    liar.leaves.leaf7_ebx = 0;  // no AVX2
    CHECK(farm.get<Registered>(RegisterWorker{liar}).level == Level::x86_64_v2);
    liar.leaves = {};
    CHECK(farm.apply(RegisterWorker{liar}).error().code == Errc::invalid_argument);
}

TEST_CASE("a feature whose instruction faults counts for nothing, whatever the leaves say") {
    TestFarm farm({a_package("fast")});
    WorkerHello hello = a_worker("w", Level::x86_64_v4, "host");
    hello.features_faulting = {{"avx512bw", "vpaddb zmm", "SIGILL"}, {"no_such", "?", "SIGILL"}};
    const auto registered = farm.get<Registered>(RegisterWorker{hello});
    CHECK(registered.level == Level::x86_64_v3);
    const Worker& worker = farm.state().workers.at(registered.worker);
    CHECK(worker.hello.features_missing == std::vector<std::string>{"avx512bw"});
    CHECK(std::ranges::find(worker.hello.features, "avx512bw") == worker.hello.features.end());
    CHECK(worker.hello.features_faulting.size() == 2);
}

TEST_CASE("a worker whose CPU changes keeps its leases, but for those that it can hold no longer") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    const auto lease = farm.lease(worker);
    REQUIRE(lease->build->target_arch == "x86_64_v3");
    WorkerHello changed = a_worker("w", Level::x86_64_v4, "host");
    changed.microcode = "0x2";
    CHECK(farm.get<Registered>(RegisterWorker{changed}).worker == worker);
    CHECK(farm.state().leases.contains(lease->attempt));
    CHECK(farm.state().workers.at(worker).hello.microcode == "0x2");

    changed.leaves.leaf7_ebx = 0;  // no AVX2 any more
    CHECK(farm.get<Registered>(RegisterWorker{changed}).level == Level::x86_64_v2);
    CHECK(farm.state().leases.empty());
    CHECK(farm.build("fast", "x86_64_v3").state == BuildState::ready);
    CHECK(farm.build("fast", "x86_64_v3").outcome == Outcome::infra_aborted);
    const RenewLeases renew{worker, changed.incarnation, {{lease->attempt, lease->fence}}};
    CHECK(farm.get<Renewed>(renew).ended == std::vector{lease->attempt});
    CHECK(farm.lease(worker)->build->target_arch == "x86_64");  // and it works on, at its level
}

TEST_CASE("a worker that starts anew loses what its earlier process ran, at once") {
    TestFarm farm({a_package("fast")});
    const WorkerId worker = farm.add_worker("w", Level::x86_64_v4, "host");
    farm.get<MadeRebuild>(everything());
    farm.lease(worker);
    WorkerHello again = a_worker("w", Level::x86_64_v4, "host");
    again.incarnation = "w/2";
    farm.get<Registered>(RegisterWorker{again});
    CHECK(farm.state().leases.empty());
    CHECK(farm.build("fast", "x86_64_v3").outcome == Outcome::infra_aborted);
    CHECK(farm.build("fast", "x86_64_v3").state == BuildState::ready);
}

}  // namespace terrace::core::testing
