#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "worker/audit/isa_level.hpp"

namespace terrace::audit {

namespace {

struct Row {
    const char* text;
    std::vector<std::uint8_t> code;
    Level level;
    const char* extension = nullptr;
};

const std::vector<Row> kRows = {
    {"mov eax, ebx", {0x89, 0xd8}, Level::x86_64},
    {"endbr64", {0xf3, 0x0f, 0x1e, 0xfa}, Level::x86_64},
    {"nopw 0x0(rax,rax,1)", {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00}, Level::x86_64},
    {"pause", {0xf3, 0x90}, Level::x86_64},
    {"cpuid", {0x0f, 0xa2}, Level::x86_64},
    {"rdtsc", {0x0f, 0x31}, Level::x86_64},
    {"syscall", {0x0f, 0x05}, Level::x86_64},
    {"cmpxchg8b [rdi]", {0x0f, 0xc7, 0x0f}, Level::x86_64},
    {"fxsave [rdi]", {0x0f, 0xae, 0x07}, Level::x86_64},
    {"prefetcht0 [rdi]", {0x0f, 0x18, 0x0f}, Level::x86_64},
    {"prefetchw [rdi]", {0x0f, 0x0d, 0x0f}, Level::x86_64},
    {"clflush [rdi]", {0x0f, 0xae, 0x3f}, Level::x86_64},
    {"paddd xmm0, xmm1", {0x66, 0x0f, 0xfe, 0xc1}, Level::x86_64},
    {"ldmxcsr [rdi]", {0x0f, 0xae, 0x17}, Level::x86_64},
    {"movq mm0, mm1", {0x0f, 0x6f, 0xc1}, Level::x86_64},
    {"mfence", {0x0f, 0xae, 0xf0}, Level::x86_64},
    {"tzcnt eax, ebx, which is bsf to old CPUs", {0xf3, 0x0f, 0xbc, 0xc3}, Level::x86_64},
    {"bsr eax, ebx", {0x0f, 0xbd, 0xc3}, Level::x86_64},
    {"haddps xmm0, xmm1", {0xf2, 0x0f, 0x7c, 0xc1}, Level::x86_64_v2},
    {"fisttp dword [rdi]", {0xdb, 0x0f}, Level::x86_64_v2},
    {"pshufb xmm0, xmm1", {0x66, 0x0f, 0x38, 0x00, 0xc1}, Level::x86_64_v2},
    {"pshufb mm0, mm1", {0x0f, 0x38, 0x00, 0xc1}, Level::x86_64_v2},
    {"pmulld xmm0, xmm1", {0x66, 0x0f, 0x38, 0x40, 0xc1}, Level::x86_64_v2},
    {"crc32 eax, bl", {0xf2, 0x0f, 0x38, 0xf0, 0xc3}, Level::x86_64_v2},
    {"popcnt eax, ebx", {0xf3, 0x0f, 0xb8, 0xc3}, Level::x86_64_v2},
    {"cmpxchg16b [rdi]", {0x48, 0x0f, 0xc7, 0x0f}, Level::x86_64_v2},
    {"lahf", {0x9f}, Level::x86_64_v2},
    {"vaddps xmm0, xmm1, xmm2", {0xc5, 0xf0, 0x58, 0xc2}, Level::x86_64_v3},
    {"vzeroupper", {0xc5, 0xf8, 0x77}, Level::x86_64_v3},
    {"vpaddd ymm0, ymm1, ymm2", {0xc5, 0xf5, 0xfe, 0xc2}, Level::x86_64_v3},
    {"andn eax, ebx, ecx", {0xc4, 0xe2, 0x60, 0xf2, 0xc1}, Level::x86_64_v3},
    {"shlx eax, ebx, ecx", {0xc4, 0xe2, 0x71, 0xf7, 0xc3}, Level::x86_64_v3},
    {"vcvtph2ps xmm0, xmm1", {0xc4, 0xe2, 0x79, 0x13, 0xc1}, Level::x86_64_v3},
    {"vfmadd213ps xmm0, xmm1, xmm2", {0xc4, 0xe2, 0x71, 0xa8, 0xc2}, Level::x86_64_v3},
    {"lzcnt eax, ebx", {0xf3, 0x0f, 0xbd, 0xc3}, Level::x86_64_v3},
    {"movbe eax, [rdi]", {0x0f, 0x38, 0xf0, 0x07}, Level::x86_64_v3},
    {"vpaddd zmm0, zmm1, zmm2", {0x62, 0xf1, 0x75, 0x48, 0xfe, 0xc2}, Level::x86_64_v4},
    {"vpaddd xmm16, xmm1, xmm2", {0x62, 0xe1, 0x75, 0x08, 0xfe, 0xc2}, Level::x86_64_v4},
    {"kmovw k1, eax", {0xc5, 0xf8, 0x92, 0xc8}, Level::x86_64_v4},
    {"vpconflictd zmm0, zmm1", {0x62, 0xf2, 0x7d, 0x48, 0xc4, 0xc1}, Level::x86_64_v4},
    {"aesenc xmm0, xmm1", {0x66, 0x0f, 0x38, 0xdc, 0xc1}, Level::x86_64, "AES"},
    {"sha256rnds2 xmm0, xmm1", {0x0f, 0x38, 0xcb, 0xc1}, Level::x86_64, "SHA"},
    {"pclmulqdq xmm0, xmm1, 0", {0x66, 0x0f, 0x3a, 0x44, 0xc1, 0x00}, Level::x86_64, "PCLMULQDQ"},
    {"rdrand eax", {0x0f, 0xc7, 0xf0}, Level::x86_64, "RDRAND"},
    {"adcx eax, ebx", {0x66, 0x0f, 0x38, 0xf6, 0xc3}, Level::x86_64, "ADOX_ADCX"},
    {"vpdpbusd zmm0, zmm1, zmm2",
     {0x62, 0xf2, 0x75, 0x48, 0x50, 0xc2},
     Level::x86_64,
     "AVX512_VNNI_512"},
};

}  // namespace

TEST_CASE("an instruction needs the first level of the psABI that lists its extension") {
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    for (const Row& row : kRows) {
        CAPTURE(row.text);
        ZydisDecodedInstruction instruction;
        REQUIRE(ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, nullptr, row.code.data(),
                                                           row.code.size(), &instruction)));
        CHECK(instruction.length == row.code.size());
        const IsaNeed need = need_of(instruction);
        CHECK(need.level == row.level);
        CHECK(std::string(need.extension != nullptr ? need.extension : "") ==
              std::string(row.extension != nullptr ? row.extension : ""));
    }
}

}  // namespace terrace::audit
