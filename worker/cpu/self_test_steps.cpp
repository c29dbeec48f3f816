// One instruction of each feature, in assembly: this program itself is compiled for the baseline,
// so the compiler must know none of them. They run in a child process that ends soon, after which
// nobody looks at the registers that they changed.
#include <array>
#include <cstdint>

#include "worker/cpu/self_test.hpp"

// A step that is right when it comes to its end; `assembly` works on registers alone. A macro,
// because assembly must be a literal.
#define STEP(feature, instruction, assembly)                \
    SelfTestStep {                                          \
        feature, instruction, [] {                          \
            asm volatile(assembly ::: "rax", "xmm0", "cc"); \
            return true;                                    \
        }                                                   \
    }

namespace terrace::worker {
namespace {

bool compare_and_exchange_16_bytes() {
    alignas(16) std::array<std::uint64_t, 2> memory{1, 2};
    std::uint64_t low = 1;
    std::uint64_t high = 2;
    asm volatile("lock cmpxchg16b %0"
                 : "+m"(memory), "+a"(low), "+d"(high)
                 : "b"(std::uint64_t{3}), "c"(std::uint64_t{4})
                 : "cc");
    return memory[0] == 3 && memory[1] == 4;
}

/// A CPU without it takes the instruction for BSR and gives 0, with no fault.
bool count_leading_zeros() {
    std::uint32_t count = 0;
    asm volatile("lzcnt %1, %0" : "=r"(count) : "r"(std::uint32_t{1}) : "cc");
    return count == 31;
}

bool count_ones() {
    std::uint32_t count = 0;
    asm volatile("popcnt %1, %0" : "=r"(count) : "r"(std::uint32_t{0xf0f0}) : "cc");
    return count == 8;
}

bool move_big_endian() {
    const std::uint32_t memory = 0x01020304;
    std::uint32_t value = 0;
    asm volatile("movbe %1, %0" : "=r"(value) : "m"(memory));
    return value == 0x04030201;
}

bool and_not() {
    std::uint32_t value = 0;
    asm volatile("andn %2, %1, %0" : "=r"(value) : "r"(0xffU), "r"(0xfffU) : "cc");
    return value == 0xf00;
}

bool deposit_bits() {
    std::uint32_t value = 0;
    asm volatile("pdep %2, %1, %0" : "=r"(value) : "r"(0x3U), "r"(0x110U));
    return value == 0x110;
}

bool add_with_carry() {
    std::uint32_t value = 40;
    asm volatile("xorl %%eax, %%eax\n\tadcx %1, %0" : "+r"(value) : "r"(2U) : "eax", "cc");
    return value == 42;
}

/// The AVX state must be enabled by the operating system, which is what XGETBV is asked for.
bool read_enabled_state() {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 1U) != 0;  // x87 state is always enabled
}

constexpr std::array kSteps = {
    SelfTestStep{"cx16", "cmpxchg16b", compare_and_exchange_16_bytes},
    STEP("lahf", "lahf", "lahf"),
    SelfTestStep{"popcnt", "popcnt", count_ones},
    STEP("sse3", "haddps xmm", "haddps %%xmm0, %%xmm0"),
    STEP("ssse3", "pabsb xmm", "pabsb %%xmm0, %%xmm0"),
    STEP("sse4_1", "pmuldq xmm", "pmuldq %%xmm0, %%xmm0"),
    STEP("sse4_2", "pcmpgtq xmm", "pcmpgtq %%xmm0, %%xmm0"),

    SelfTestStep{"osxsave", "xgetbv", read_enabled_state},
    STEP("avx", "vaddps ymm", "vaddps %%ymm0, %%ymm0, %%ymm0"),
    STEP("avx2", "vpaddd ymm", "vpaddd %%ymm0, %%ymm0, %%ymm0"),
    SelfTestStep{"bmi1", "andn", and_not},
    SelfTestStep{"bmi2", "pdep", deposit_bits},
    STEP("f16c", "vcvtph2ps xmm", "vcvtph2ps %%xmm0, %%ymm0"),
    STEP("fma", "vfmadd231ps ymm", "vfmadd231ps %%ymm0, %%ymm0, %%ymm0"),
    SelfTestStep{"lzcnt", "lzcnt", count_leading_zeros},
    SelfTestStep{"movbe", "movbe", move_big_endian},

    STEP("avx512f", "vpaddd zmm", "vpaddd %%zmm0, %%zmm0, %%zmm0"),
    STEP("avx512bw", "vpaddb zmm", "vpaddb %%zmm0, %%zmm0, %%zmm0"),
    STEP("avx512cd", "vpconflictd zmm", "vpconflictd %%zmm0, %%zmm0"),
    STEP("avx512dq", "vpmullq zmm", "vpmullq %%zmm0, %%zmm0, %%zmm0"),
    STEP("avx512vl", "vpaddd ymm", "vpaddd %%ymm16, %%ymm16, %%ymm16"),

    STEP("aes", "aesenc xmm", "aesenc %%xmm0, %%xmm0"),
    STEP("pclmulqdq", "pclmulqdq xmm", "pclmulqdq $0, %%xmm0, %%xmm0"),
    SelfTestStep{"adx", "adcx", add_with_carry},
    STEP("sha_ni", "sha1msg1 xmm", "sha1msg1 %%xmm0, %%xmm0"),
    STEP("avx512ifma", "vpmadd52luq zmm", "vpmadd52luq %%zmm0, %%zmm0, %%zmm0"),
    STEP("avx512vbmi", "vpermb zmm", "vpermb %%zmm0, %%zmm0, %%zmm0"),
    STEP("avx512_vbmi2", "vpcompressb zmm", "vpcompressb %%zmm0, %%zmm0"),
    STEP("gfni", "gf2p8mulb xmm", "gf2p8mulb %%xmm0, %%xmm0"),
    STEP("vaes", "vaesenc ymm", "vaesenc %%ymm0, %%ymm0, %%ymm0"),
    STEP("vpclmulqdq", "vpclmulqdq ymm", "vpclmulqdq $0, %%ymm0, %%ymm0, %%ymm0"),
    STEP("avx512_vnni", "vpdpbusd zmm", "vpdpbusd %%zmm0, %%zmm0, %%zmm0"),
    STEP("avx512_bitalg", "vpopcntb zmm", "vpopcntb %%zmm0, %%zmm0"),
    STEP("avx512_vpopcntdq", "vpopcntd zmm", "vpopcntd %%zmm0, %%zmm0"),
};

}  // namespace

std::span<const SelfTestStep> self_test_steps() {
    return kSteps;
}

}  // namespace terrace::worker
