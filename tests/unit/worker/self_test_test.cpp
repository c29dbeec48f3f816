#include "worker/cpu/self_test.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "common/vocab/cpu_level.hpp"
#include "worker/cpu/cpu_facts.hpp"

namespace terrace::worker {
namespace {

bool works() {
    return true;
}

bool is_illegal() {
    asm volatile("ud2");
    return true;
}

/// AMX without leave of the kernel, or on a CPU that does not have it: "tilezero tmm0".
bool needs_amx() {
    asm volatile(".byte 0xc4, 0xe2, 0x7b, 0x49, 0xc0");
    return true;
}

bool touches_nothing() {
    asm volatile("movl 0, %%eax" ::: "eax");
    return true;
}

bool is_wrong() {
    return false;
}

constexpr std::array kSteps = {
    SelfTestStep{"first", "nop", works},
    SelfTestStep{"illegal", "ud2", is_illegal},
    SelfTestStep{"second", "nop", works},
    SelfTestStep{"amx", "tilezero", needs_amx},
    SelfTestStep{"memory", "movl", touches_nothing},
    SelfTestStep{"wrong", "lzcnt", is_wrong},
    SelfTestStep{"last", "ud2", is_illegal},
};

std::vector<std::string> names_of(const std::vector<FeatureFault>& faults) {
    std::vector<std::string> names;
    for (const FeatureFault& fault : faults) names.push_back(fault.feature);
    return names;
}

}  // namespace

TEST_CASE("each instruction that faults is found and named, and all others are still tried") {
    const auto faults = try_features(
        {"first", "illegal", "second", "amx", "memory", "wrong", "last", "unknown"}, kSteps);
    REQUIRE(names_of(faults) ==
            std::vector<std::string>{"illegal", "amx", "memory", "wrong", "last"});
    CHECK(faults[0] == FeatureFault{"illegal", "ud2", "SIGILL"});
    CHECK(faults[1].reason == "SIGILL");
    CHECK(faults[2].reason == "SIGSEGV");
    CHECK(faults[3].reason == "wrong result");
}

TEST_CASE("only claimed features are tried") {
    CHECK(try_features({}, kSteps).empty());
    CHECK(try_features({"first", "last"}, kSteps).size() == 1);
    CHECK(names_of(try_features({"second"}, kSteps)).empty());
}

TEST_CASE("what this machine claims, it can do") {
    const auto faults = try_features(features_of(read_cpu().leaves));
    CHECK(names_of(faults) == std::vector<std::string>{});
}

TEST_CASE("every feature above the baseline has one step, and every step a feature") {
    const CpuidLeaves all{~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~std::uint64_t{0}};
    const CpuidLeaves baseline{0, ~0U, 0, 0, 0, 1U << 29, 0};
    REQUIRE(level_of(baseline) == Level::x86_64);
    std::vector<std::string> wanted;
    std::ranges::set_difference(features_of(all), features_of(baseline),
                                std::back_inserter(wanted));
    std::vector<std::string> found;
    for (const SelfTestStep& step : self_test_steps()) found.emplace_back(step.feature);
    std::ranges::sort(found);
    CHECK(found == wanted);
}

}  // namespace terrace::worker
