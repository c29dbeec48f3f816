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

TEST_CASE("what a fault disproves is taken out of the registers") {
    const CpuidLeaves leaves = everything();
    CHECK(without(leaves, {}) == leaves);
    CHECK(without(leaves, {{"no_such_feature", "", ""}}) == leaves);
    CHECK(level_of(without(leaves, {{"fma", "vfmadd231ps ymm", "SIGILL"}})) == Level::x86_64_v2);
    const CpuidLeaves proven = without(leaves, {{"sha_ni", "sha1msg1 xmm", "SIGILL"}});
    CHECK(level_of(proven) == Level::x86_64_v4);  // beyond the levels
    CHECK(features_of(proven).size() == features_of(leaves).size() - 1);
}

TEST_CASE("faults are shown with the instruction and how it ended") {
    CHECK(text_of(std::vector<FeatureFault>{}).empty());
    CHECK(text_of(std::vector<FeatureFault>{{"fma", "vfmadd231ps ymm", "SIGILL"},
                                            {"lzcnt", "lzcnt", "wrong result"}}) ==
          "fma (vfmadd231ps ymm: SIGILL), lzcnt (lzcnt: wrong result)");
}

TEST_CASE("registers are shown by leaf and register, in hexadecimal") {
    CHECK(text_of(CpuidLeaves{0x7ffafbbf, 0xbfebfbff, 0x29c67af, 0, 0x121, 0x2c100800, 0xe7}) ==
          "1.ecx=7ffafbbf 1.edx=bfebfbff 7.0.ebx=029c67af 7.0.ecx=00000000 "
          "80000001.ecx=00000121 80000001.edx=2c100800 xcr0=e7");
}

TEST_CASE("levels have one spelling in the farm and one for the compiler") {
    CHECK(name_of(Level::x86_64_v3) == "x86_64_v3");
    CHECK(march_of(Level::x86_64_v3) == "x86-64-v3");
    CHECK(march_of(Level::x86_64) == "x86-64");
    CHECK(from_name<Level>("x86_64_v2") == Level::x86_64_v2);
    CHECK_FALSE(from_name<Level>("v2"));
}

}  // namespace terrace
