#include "common/vocab/cpu_level.hpp"

#include <doctest/doctest.h>

namespace terrace {
namespace {

CpuidLeaves everything() {
    return {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, 0xe7};
}

}  // namespace

TEST_CASE("the OS must have enabled the state that a feature needs") {
    CpuidLeaves leaves = everything();
    CHECK(level_of(leaves) == Level::x86_64_v4);
    leaves.xcr0 = 0x7;  // no opmask, no ZMM
    CHECK(level_of(leaves) == Level::x86_64_v3);
    CHECK(features_missing_for_next_level(leaves).front() == "avx512bw");
    leaves.xcr0 = 0x3;  // no YMM either
    CHECK(level_of(leaves) == Level::x86_64_v2);
}

TEST_CASE("one missing feature keeps a CPU from its level, and is named") {
    CpuidLeaves leaves = everything();
    leaves.leaf1_ecx &= ~(1U << 22);
    CHECK(level_of(leaves) == Level::x86_64_v2);
    CHECK(features_missing_for_next_level(leaves) == std::vector<std::string>{"movbe"});
    leaves.leaf1_ecx &= ~(1U << 20);
    CHECK(level_of(leaves) == Level::x86_64);
    leaves.ext1_edx = 0;  // no long mode
    CHECK(level_of(leaves) == Level::none);
}

TEST_CASE("levels have one spelling in the farm and one for the compiler") {
    CHECK(name_of(Level::x86_64_v3) == "x86_64_v3");
    CHECK(march_of(Level::x86_64_v3) == "x86-64-v3");
    CHECK(march_of(Level::x86_64) == "x86-64");
    CHECK(from_name<Level>("x86_64_v2") == Level::x86_64_v2);
    CHECK_FALSE(from_name<Level>("v2"));
}

}  // namespace terrace
