#include "worker/audit/isa_level.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>

namespace terrace::audit {

namespace {

/// The psABI's lists, in Zydis' names. `none` stands for what no level includes.
constexpr auto kLevelOfSet = [] {
    std::array<Level, ZYDIS_ISA_SET_MAX_VALUE + 1> levels{};  // Level::none
    const auto put = [&levels](Level level, std::initializer_list<ZydisISASet> sets) {
        for (const ZydisISASet set : sets) levels[static_cast<std::size_t>(set)] = level;
    };
    put(Level::x86_64,
        {ZYDIS_ISA_SET_INVALID,      ZYDIS_ISA_SET_I86,           ZYDIS_ISA_SET_I186,
         ZYDIS_ISA_SET_I286REAL,     ZYDIS_ISA_SET_I286PROTECTED, ZYDIS_ISA_SET_I386,
         ZYDIS_ISA_SET_I486,         ZYDIS_ISA_SET_I486REAL,      ZYDIS_ISA_SET_PENTIUMREAL,
         ZYDIS_ISA_SET_PENTIUMMMX,   ZYDIS_ISA_SET_PPRO,          ZYDIS_ISA_SET_CMOV,
         ZYDIS_ISA_SET_FCMOV,        ZYDIS_ISA_SET_X87,           ZYDIS_ISA_SET_FXSAVE,
         ZYDIS_ISA_SET_FXSAVE64,     ZYDIS_ISA_SET_LONGMODE,      ZYDIS_ISA_SET_SSE,
         ZYDIS_ISA_SET_SSE2,         ZYDIS_ISA_SET_SSE2MMX,       ZYDIS_ISA_SET_SSEMXCSR,
         ZYDIS_ISA_SET_SSE_PREFETCH, ZYDIS_ISA_SET_CLFSH,         ZYDIS_ISA_SET_PAUSE,
         ZYDIS_ISA_SET_RDPMC,        ZYDIS_ISA_SET_FAT_NOP,       ZYDIS_ISA_SET_PREFETCH_NOP,
         ZYDIS_ISA_SET_CET});
    put(Level::x86_64_v2, {ZYDIS_ISA_SET_SSE3, ZYDIS_ISA_SET_SSE3X87, ZYDIS_ISA_SET_SSSE3,
                           ZYDIS_ISA_SET_SSSE3MMX, ZYDIS_ISA_SET_SSE4, ZYDIS_ISA_SET_SSE42,
                           ZYDIS_ISA_SET_POPCNT, ZYDIS_ISA_SET_CMPXCHG16B, ZYDIS_ISA_SET_LAHF});
    put(Level::x86_64_v3, {ZYDIS_ISA_SET_AVX, ZYDIS_ISA_SET_AVX2, ZYDIS_ISA_SET_AVX2GATHER,
                           ZYDIS_ISA_SET_BMI1, ZYDIS_ISA_SET_BMI2, ZYDIS_ISA_SET_F16C,
                           ZYDIS_ISA_SET_FMA, ZYDIS_ISA_SET_LZCNT, ZYDIS_ISA_SET_MOVBE});
    put(Level::x86_64_v4,
        {ZYDIS_ISA_SET_AVX512F_128,   ZYDIS_ISA_SET_AVX512F_128N,   ZYDIS_ISA_SET_AVX512F_256,
         ZYDIS_ISA_SET_AVX512F_512,   ZYDIS_ISA_SET_AVX512F_KOP,    ZYDIS_ISA_SET_AVX512F_SCALAR,
         ZYDIS_ISA_SET_AVX512BW_128,  ZYDIS_ISA_SET_AVX512BW_128N,  ZYDIS_ISA_SET_AVX512BW_256,
         ZYDIS_ISA_SET_AVX512BW_512,  ZYDIS_ISA_SET_AVX512BW_KOP,   ZYDIS_ISA_SET_AVX512CD_128,
         ZYDIS_ISA_SET_AVX512CD_256,  ZYDIS_ISA_SET_AVX512CD_512,   ZYDIS_ISA_SET_AVX512DQ_128,
         ZYDIS_ISA_SET_AVX512DQ_128N, ZYDIS_ISA_SET_AVX512DQ_256,   ZYDIS_ISA_SET_AVX512DQ_512,
         ZYDIS_ISA_SET_AVX512DQ_KOP,  ZYDIS_ISA_SET_AVX512DQ_SCALAR});
    return levels;
}();

/// What is not in this list and in no level is arithmetic: AES, SHA, GFNI, the younger AVX-512 ...
constexpr auto kIsSystem = [] {
    std::array<bool, ZYDIS_ISA_SET_MAX_VALUE + 1> system{};
    for (const ZydisISASet set :
         {ZYDIS_ISA_SET_CLDEMOTE, ZYDIS_ISA_SET_CLFLUSHOPT, ZYDIS_ISA_SET_CLWB,
          ZYDIS_ISA_SET_CLZERO,   ZYDIS_ISA_SET_ENQCMD,     ZYDIS_ISA_SET_HRESET,
          ZYDIS_ISA_SET_INVPCID,  ZYDIS_ISA_SET_MCOMMIT,    ZYDIS_ISA_SET_MONITOR,
          ZYDIS_ISA_SET_MONITORX, ZYDIS_ISA_SET_MOVDIR,     ZYDIS_ISA_SET_MPX,
          ZYDIS_ISA_SET_PCONFIG,  ZYDIS_ISA_SET_PKU,        ZYDIS_ISA_SET_PREFETCHWT1,
          ZYDIS_ISA_SET_PT,       ZYDIS_ISA_SET_RDPID,      ZYDIS_ISA_SET_RDPRU,
          ZYDIS_ISA_SET_RDRAND,   ZYDIS_ISA_SET_RDSEED,     ZYDIS_ISA_SET_RDTSCP,
          ZYDIS_ISA_SET_RDWRFSGS, ZYDIS_ISA_SET_RTM,        ZYDIS_ISA_SET_SERIALIZE,
          ZYDIS_ISA_SET_SGX,      ZYDIS_ISA_SET_SGX_ENCLV,  ZYDIS_ISA_SET_SMAP,
          ZYDIS_ISA_SET_SMX,      ZYDIS_ISA_SET_SVM,        ZYDIS_ISA_SET_TSX_LDTRK,
          ZYDIS_ISA_SET_UINTR,    ZYDIS_ISA_SET_VMFUNC,     ZYDIS_ISA_SET_VTX,
          ZYDIS_ISA_SET_WAITPKG,  ZYDIS_ISA_SET_XSAVE,      ZYDIS_ISA_SET_XSAVEC,
          ZYDIS_ISA_SET_XSAVEOPT, ZYDIS_ISA_SET_XSAVES,     ZYDIS_ISA_SET_PADLOCK_RNG}) {
        system[static_cast<std::size_t>(set)] = true;
    }
    return system;
}();

}  // namespace

IsaNeed need_of(const ZydisDecodedInstruction& instruction) {
    if (instruction.mnemonic == ZYDIS_MNEMONIC_TZCNT) return {};
    if (instruction.meta.isa_ext == ZYDIS_ISA_EXT_AMD3DNOW_PREFETCH) return {};
    const auto set = static_cast<std::size_t>(instruction.meta.isa_set);
    if (const Level level = kLevelOfSet.at(set); level != Level::none) return {level};
    return {Level::x86_64, ZydisISASetGetString(instruction.meta.isa_set), kIsSystem.at(set)};
}

}  // namespace terrace::audit
