#include "worker/cpu/probe.hpp"

#include <doctest/doctest.h>

#include "common/vocab/cpu_level.hpp"

namespace terrace::worker {
namespace {

WorkerHello probe_here() {
    return probe({.name = "w",
                  .incarnation = "i",
                  .slots = 3,
                  .level_max = Level::x86_64_v2,
                  .mock_command = {"/no/such/mock"},
                  .state = "/"});
}

}  // namespace

TEST_CASE("a probe says what the machine has, and the level that its instructions prove") {
    const WorkerHello hello = probe_here();
    CHECK(hello.slots == 3);
    CHECK(hello.level_max == Level::x86_64_v2);
    CHECK(hello.features_faulting.empty());
    CHECK(proven_level(hello) == level_of(hello.leaves));
    CHECK(hello.features == features_of(hello.leaves));
    CHECK_FALSE(hello.kernel.empty());
    CHECK(hello.memory_bytes > 0);
    CHECK(hello.disk_bytes_free > 0);
    CHECK(hello.mock_version.empty());
}

TEST_CASE("another probe changes nothing while the CPU is the same") {
    const WorkerHello hello = probe_here();
    CHECK(probe_cpu_again(hello) == hello);
}

TEST_CASE("another probe finds registers, microcode and faults that are no longer the known ones") {
    const WorkerHello now = probe_here();
    WorkerHello known = now;
    known.leaves.leaf7_ebx = 0;
    known.features = features_of(known.leaves);
    known.features_faulting = {{"avx", "vaddps ymm", "SIGILL"}};
    CHECK(probe_cpu_again(known) == now);
    known = now;
    known.microcode = "0x1 before the update";
    CHECK(probe_cpu_again(known) == now);
    known = now;
    known.model = "6-1-1";
    CHECK(probe_cpu_again(known) == now);
}

}  // namespace terrace::worker
