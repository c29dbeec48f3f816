#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/vocab/level.hpp"

namespace terrace {

/// The registers that decide the level: CPUID leaf 1 (ecx, edx), leaf 7 subleaf 0 (ebx, ecx), leaf
/// 0x80000001 (ecx, edx), and XCR0 by XGETBV (0 where OSXSAVE is off).
struct CpuidLeaves {
    std::uint32_t leaf1_ecx = 0;
    std::uint32_t leaf1_edx = 0;
    std::uint32_t leaf7_ebx = 0;
    std::uint32_t leaf7_ecx = 0;
    std::uint32_t ext1_ecx = 0;
    std::uint32_t ext1_edx = 0;
    std::uint64_t xcr0 = 0;
    friend bool operator==(const CpuidLeaves&, const CpuidLeaves&) = default;
};
BOOST_DESCRIBE_STRUCT(CpuidLeaves,
                      (),
                      (leaf1_ecx, leaf1_edx, leaf7_ebx, leaf7_ecx, ext1_ecx, ext1_edx, xcr0))

/// A feature that the registers claim and whose instruction did not work when the worker tried it.
struct FeatureFault {
    std::string feature;
    std::string instruction;  ///< the one that was tried, such as "vpaddd zmm"
    std::string reason;       ///< "SIGILL", or that it gave a wrong result
    friend bool operator==(const FeatureFault&, const FeatureFault&) = default;
};
BOOST_DESCRIBE_STRUCT(FeatureFault, (), (feature, instruction, reason))

struct WorkerHello {
    std::string name;
    std::string incarnation;
    std::string host;  ///< the machine's id: workers of one host share its quiet
    int slots = 1;
    Level level_max = Level::x86_64_v4;  ///< never take work above it, whatever the CPU can do
    CpuidLeaves leaves;
    std::vector<FeatureFault> features_faulting;  ///< claimed by the leaves, and do not work
    std::vector<std::string> features;            ///< enabled by CPU and OS, and working; sorted
    std::vector<std::string> features_missing;    ///< for the next level
    std::string vendor;
    std::string model;  ///< "6-167-1": family, model, stepping
    std::string microcode;
    bool hypervisor = false;
    int cores = 1;
    std::int64_t memory_bytes = 0;
    std::int64_t disk_bytes_free =
        0;  ///< for attempts in all: what is free or theirs, less a reserve
    std::string kernel;
    std::string mock_version;
    std::string rpm_version;
    std::string confinement;  ///< what limits its attempts and ends them, for people
    friend bool operator==(const WorkerHello&, const WorkerHello&) = default;
};
BOOST_DESCRIBE_STRUCT(WorkerHello,
                      (),
                      (name,
                       incarnation,
                       host,
                       slots,
                       level_max,
                       leaves,
                       features_faulting,
                       features,
                       features_missing,
                       vendor,
                       model,
                       microcode,
                       hypervisor,
                       cores,
                       memory_bytes,
                       disk_bytes_free,
                       kernel,
                       mock_version,
                       rpm_version,
                       confinement))

}  // namespace terrace
