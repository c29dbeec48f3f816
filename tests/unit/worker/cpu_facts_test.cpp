#include "worker/cpu/cpu_facts.hpp"

#include <doctest/doctest.h>

#include "common/vocab/cpu_level.hpp"
#include "worker/cpu/host_facts.hpp"

namespace terrace::worker {
namespace {

TEST_CASE("family, model and stepping follow the rules for extended fields") {
    CHECK(model_text(0x000A0671) ==
          "6-167-1");  // Rocket Lake: the extended model counts for family 6
    CHECK(model_text(0x00A10F11) == "25-17-1");  // Zen 4: family 15 plus the extended family
    CHECK(model_text(0x00000F29) == "15-2-9");   // Pentium 4
    CHECK(model_text(0x000005A2) == "5-10-2");   // family 5 has no extended model
}

TEST_CASE("this machine's registers prove at least the level that this test was compiled for") {
    const CpuFacts facts = read_cpu();
    CHECK(level_of(facts.leaves) >= Level::x86_64);
    CHECK(facts.vendor.size() == 12);
    if (level_of(facts.leaves) >= Level::x86_64_v3) CHECK((facts.leaves.xcr0 & 0x6U) == 0x6U);
}

TEST_CASE("a value of /proc/cpuinfo is found by its whole key") {
    const std::string text =
        "processor\t: 0\nmicrocode version\t: no\nmicrocode\t: 0xa101148\nflags\t\t:\n";
    CHECK(cpuinfo_value(text, "microcode") == "0xa101148");
    CHECK(cpuinfo_value(text, "flags").empty());
    CHECK(cpuinfo_value(text, "bogomips").empty());
}

}  // namespace
}  // namespace terrace::worker
