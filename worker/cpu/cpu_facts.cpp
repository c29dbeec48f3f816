#include "worker/cpu/cpu_facts.hpp"

#include <libcpuid.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace terrace::worker {
namespace {

enum Register : std::size_t { eax, ebx, ecx, edx };

constexpr unsigned kOsxsaveBit = 27;     // of leaf 1, ecx
constexpr unsigned kHypervisorBit = 31;  // of leaf 1, ecx

bool bit(std::uint32_t value, unsigned index) {
    return ((value >> index) & 1U) != 0;
}

/// @pre OSXSAVE is set: without it the instruction itself is illegal.
std::uint64_t read_xcr0() {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t{high} << 32) | low;
}

std::string vendor_text(const std::uint32_t (&leaf0)[4]) {
    std::string vendor;
    for (const Register part : {ebx, edx, ecx}) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            const char c = static_cast<char>((leaf0[part] >> shift) & 0xffU);
            if (c != '\0') vendor += c;
        }
    }
    return vendor;
}

}  // namespace

bool has_leaf(std::uint32_t highest, std::uint32_t leaf) {
    constexpr std::uint32_t kRange = 0xffff0000U;
    return highest >= leaf && (highest & kRange) == (leaf & kRange);
}

std::string model_text(std::uint32_t signature) {
    const std::uint32_t family = (signature >> 8) & 0xfU;
    const std::uint32_t model = (signature >> 4) & 0xfU;
    // The extended fields mean something for these families only.
    const std::uint32_t whole_family =
        family == 0xf ? family + ((signature >> 20) & 0xffU) : family;
    const bool extended = family == 0xf || family == 0x6;
    const std::uint32_t whole_model = extended ? model + (((signature >> 16) & 0xfU) << 4) : model;
    return std::to_string(whole_family) + "-" + std::to_string(whole_model) + "-" +
           std::to_string(signature & 0xfU);
}

CpuFacts read_cpu() {
    cpu_raw_data_t raw{};
    if (cpuid_get_raw_data(&raw) != 0) {
        throw std::runtime_error(std::string("The CPUID registers cannot be read: ") +
                                 cpuid_error() + ".");
    }
    CpuFacts facts;
    facts.leaves.leaf1_ecx = raw.basic_cpuid[1][ecx];
    facts.leaves.leaf1_edx = raw.basic_cpuid[1][edx];
    if (has_leaf(raw.basic_cpuid[0][eax], 7)) {
        facts.leaves.leaf7_ebx = raw.basic_cpuid[7][ebx];
        facts.leaves.leaf7_ecx = raw.basic_cpuid[7][ecx];
    }
    if (has_leaf(raw.ext_cpuid[0][eax], 0x80000001)) {
        facts.leaves.ext1_ecx = raw.ext_cpuid[1][ecx];
        facts.leaves.ext1_edx = raw.ext_cpuid[1][edx];
    }
    facts.leaves.xcr0 = bit(facts.leaves.leaf1_ecx, kOsxsaveBit) ? read_xcr0() : 0;
    facts.vendor = vendor_text(raw.basic_cpuid[0]);
    facts.model = model_text(raw.basic_cpuid[1][eax]);
    facts.hypervisor = bit(facts.leaves.leaf1_ecx, kHypervisorBit);
    return facts;
}

}  // namespace terrace::worker
