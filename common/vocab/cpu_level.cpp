#include "common/vocab/cpu_level.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iomanip>
#include <sstream>
#include <string_view>
#include <utility>

namespace terrace {
namespace {

constexpr std::uint64_t kStateAvx = 0x6;      // XCR0: XMM, YMM
constexpr std::uint64_t kStateAvx512 = 0xe6;  // and opmask, ZMM of registers 0-15, registers 16-31

/// One feature of the psABI's lists: where CPUID shows it, which state the OS must have enabled,
/// and the lowest level that requires it.
struct Feature {
    const char* name;
    Level level;
    std::uint32_t CpuidLeaves::*leaf;
    unsigned bit;
    std::uint64_t state;
};

// x86-64 psABI, section "Micro-Architecture Levels". SYSCALL is left out: dumps taken in 32-bit
// mode lack it; long mode (LM) stands for it. LZCNT is the ABM bit on both vendors.
constexpr std::array kFeatures = {
    Feature{"cmov", Level::x86_64, &CpuidLeaves::leaf1_edx, 15, 0},
    Feature{"cx8", Level::x86_64, &CpuidLeaves::leaf1_edx, 8, 0},
    Feature{"fpu", Level::x86_64, &CpuidLeaves::leaf1_edx, 0, 0},
    Feature{"fxsr", Level::x86_64, &CpuidLeaves::leaf1_edx, 24, 0},
    Feature{"lm", Level::x86_64, &CpuidLeaves::ext1_edx, 29, 0},
    Feature{"mmx", Level::x86_64, &CpuidLeaves::leaf1_edx, 23, 0},
    Feature{"sse", Level::x86_64, &CpuidLeaves::leaf1_edx, 25, 0},
    Feature{"sse2", Level::x86_64, &CpuidLeaves::leaf1_edx, 26, 0},
    Feature{"cx16", Level::x86_64_v2, &CpuidLeaves::leaf1_ecx, 13, 0},
    Feature{"lahf", Level::x86_64_v2, &CpuidLeaves::ext1_ecx, 0, 0},
    Feature{"popcnt", Level::x86_64_v2, &CpuidLeaves::leaf1_ecx, 23, 0},
    Feature{"sse3", Level::x86_64_v2, &CpuidLeaves::leaf1_ecx, 0, 0},
    Feature{"sse4_1", Level::x86_64_v2, &CpuidLeaves::leaf1_ecx, 19, 0},
    Feature{"sse4_2", Level::x86_64_v2, &CpuidLeaves::leaf1_ecx, 20, 0},
    Feature{"ssse3", Level::x86_64_v2, &CpuidLeaves::leaf1_ecx, 9, 0},
    Feature{"avx", Level::x86_64_v3, &CpuidLeaves::leaf1_ecx, 28, kStateAvx},
    Feature{"avx2", Level::x86_64_v3, &CpuidLeaves::leaf7_ebx, 5, kStateAvx},
    Feature{"bmi1", Level::x86_64_v3, &CpuidLeaves::leaf7_ebx, 3, 0},
    Feature{"bmi2", Level::x86_64_v3, &CpuidLeaves::leaf7_ebx, 8, 0},
    Feature{"f16c", Level::x86_64_v3, &CpuidLeaves::leaf1_ecx, 29, kStateAvx},
    Feature{"fma", Level::x86_64_v3, &CpuidLeaves::leaf1_ecx, 12, kStateAvx},
    Feature{"lzcnt", Level::x86_64_v3, &CpuidLeaves::ext1_ecx, 5, 0},
    Feature{"movbe", Level::x86_64_v3, &CpuidLeaves::leaf1_ecx, 22, 0},
    Feature{"osxsave", Level::x86_64_v3, &CpuidLeaves::leaf1_ecx, 27, 0},
    Feature{"avx512f", Level::x86_64_v4, &CpuidLeaves::leaf7_ebx, 16, kStateAvx512},
    Feature{"avx512bw", Level::x86_64_v4, &CpuidLeaves::leaf7_ebx, 30, kStateAvx512},
    Feature{"avx512cd", Level::x86_64_v4, &CpuidLeaves::leaf7_ebx, 28, kStateAvx512},
    Feature{"avx512dq", Level::x86_64_v4, &CpuidLeaves::leaf7_ebx, 17, kStateAvx512},
    Feature{"avx512vl", Level::x86_64_v4, &CpuidLeaves::leaf7_ebx, 31, kStateAvx512},
};

// Beyond the levels: what a release's rule may require of a worker (requires_features). Names as in
// Linux's /proc/cpuinfo; bits as in Intel's Software Developer's Manual, volume 2, CPUID.
constexpr std::array kFurther = {
    Feature{"aes", Level::none, &CpuidLeaves::leaf1_ecx, 25, 0},
    Feature{"pclmulqdq", Level::none, &CpuidLeaves::leaf1_ecx, 1, 0},
    Feature{"adx", Level::none, &CpuidLeaves::leaf7_ebx, 19, 0},
    Feature{"sha_ni", Level::none, &CpuidLeaves::leaf7_ebx, 29, 0},
    Feature{"avx512ifma", Level::none, &CpuidLeaves::leaf7_ebx, 21, kStateAvx512},
    Feature{"avx512vbmi", Level::none, &CpuidLeaves::leaf7_ecx, 1, kStateAvx512},
    Feature{"avx512_vbmi2", Level::none, &CpuidLeaves::leaf7_ecx, 6, kStateAvx512},
    Feature{"gfni", Level::none, &CpuidLeaves::leaf7_ecx, 8, 0},
    Feature{"vaes", Level::none, &CpuidLeaves::leaf7_ecx, 9, kStateAvx},
    Feature{"vpclmulqdq", Level::none, &CpuidLeaves::leaf7_ecx, 10, kStateAvx},
    Feature{"avx512_vnni", Level::none, &CpuidLeaves::leaf7_ecx, 11, kStateAvx512},
    Feature{"avx512_bitalg", Level::none, &CpuidLeaves::leaf7_ecx, 12, kStateAvx512},
    Feature{"avx512_vpopcntdq", Level::none, &CpuidLeaves::leaf7_ecx, 14, kStateAvx512},
};

bool has(const CpuidLeaves& leaves, const Feature& feature) {
    return ((leaves.*feature.leaf >> feature.bit) & 1U) != 0 &&
           (leaves.xcr0 & feature.state) == feature.state;
}

template <class Wanted>
std::vector<std::string> names_of(Wanted wanted) {
    std::vector<std::string> names;
    for (const Feature& feature : kFeatures) {
        if (wanted(feature)) names.emplace_back(feature.name);
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace

Level level_of(const CpuidLeaves& leaves) {
    Level level = Level::x86_64_v4;
    for (const Feature& feature : kFeatures) {
        if (has(leaves, feature)) continue;
        level = std::min(level, static_cast<Level>(static_cast<int>(feature.level) - 1));
    }
    return level;
}

CpuidLeaves without(CpuidLeaves leaves, const std::vector<FeatureFault>& faults) {
    const auto clear = [&](const Feature& feature) {
        const auto is_it = [&](const FeatureFault& fault) { return fault.feature == feature.name; };
        if (std::ranges::any_of(faults, is_it)) leaves.*feature.leaf &= ~(1U << feature.bit);
    };
    std::ranges::for_each(kFeatures, clear);
    std::ranges::for_each(kFurther, clear);
    return leaves;
}

Level proven_level(const WorkerHello& hello) {
    return level_of(without(hello.leaves, hello.features_faulting));
}

std::string text_of(const CpuidLeaves& leaves) {
    std::ostringstream text;
    text << std::hex;
    for (const auto& [name, value] :
         {std::pair<const char*, std::uint64_t>{"1.ecx", leaves.leaf1_ecx},
          {"1.edx", leaves.leaf1_edx},
          {"7.0.ebx", leaves.leaf7_ebx},
          {"7.0.ecx", leaves.leaf7_ecx},
          {"80000001.ecx", leaves.ext1_ecx},
          {"80000001.edx", leaves.ext1_edx}}) {
        text << name << '=' << std::setw(8) << std::setfill('0') << value << ' ';
    }
    text << "xcr0=" << leaves.xcr0;
    return std::move(text).str();
}

std::string text_of(const std::vector<FeatureFault>& faults) {
    std::string text;
    for (const FeatureFault& fault : faults) {
        text += (text.empty() ? "" : ", ") + fault.feature + " (" + fault.instruction + ": " +
                fault.reason + ")";
    }
    return text;
}

std::vector<std::string> features_of(const CpuidLeaves& leaves) {
    std::vector<std::string> names =
        names_of([&](const Feature& feature) { return has(leaves, feature); });
    for (const Feature& feature : kFurther) {
        if (has(leaves, feature)) names.emplace_back(feature.name);
    }
    std::ranges::sort(names);
    return names;
}

bool is_feature_name(std::string_view name) {
    const auto is_it = [&](const Feature& feature) { return feature.name == name; };
    return std::ranges::any_of(kFeatures, is_it) || std::ranges::any_of(kFurther, is_it);
}

std::vector<std::string> features_missing_for_next_level(const CpuidLeaves& leaves) {
    const int next = static_cast<int>(level_of(leaves)) + 1;
    return names_of([&](const Feature& feature) {
        return static_cast<int>(feature.level) == next && !has(leaves, feature);
    });
}

}  // namespace terrace
