#pragma once

#include <cstdint>
#include <string>

#include "common/vocab/worker_hello.hpp"

namespace terrace::worker {

/// What the CPU says about itself.
struct CpuFacts {
    CpuidLeaves leaves;
    std::string vendor;
    std::string model;  ///< "6-167-1": family, model, stepping
    bool hypervisor = false;
};

/// Reads CPUID through libcpuid, raw registers only (its labels of levels are wrong for a tenth of
/// real CPUs), and XCR0. Throws std::runtime_error where there is no CPUID.
CpuFacts read_cpu();

/// Is a leaf there? `highest`: register eax of leaf 0 or 0x80000000, whichever begins its range. An
/// Intel CPU answers a basic leaf above its highest one with the registers of another leaf.
bool has_leaf(std::uint32_t highest, std::uint32_t leaf);

/// "FAMILY-MODEL-STEPPING" of CPUID leaf 1, register eax.
std::string model_text(std::uint32_t signature);

}  // namespace terrace::worker
