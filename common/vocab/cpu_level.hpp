#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/level.hpp"
#include "common/vocab/worker_hello.hpp"

namespace terrace {

/// The highest psABI level that the registers prove, by our own table of the x86-64 psABI's lists
/// (libcpuid's label is wrong for about a tenth of real CPUs). A feature counts only if the OS
/// enabled its state: XCR0 must have XMM and YMM for v3, opmask and ZMM besides for v4.
Level level_of(const CpuidLeaves& leaves);

/// The registers without what they claim and `faults` disprove: everything here may be asked of
/// them. Names that this table does not have are passed over.
CpuidLeaves without(CpuidLeaves leaves, const std::vector<FeatureFault>& faults);

/// What worker and scheduler both make of a worker's registers and of the faults that it found.
Level proven_level(const WorkerHello& hello);

/// The registers in one line, each by its leaf: "1.ecx=7ffafbbf ... xcr0=e7".
std::string text_of(const CpuidLeaves& leaves);

/// For people: "avx512bw (vpaddb zmm: SIGILL), ..."; empty if there is none.
std::string text_of(const std::vector<FeatureFault>& faults);

/// The features that CPU and OS offer, those of the psABI's levels and some beyond them that a
/// package may require, by their usual lower-case names, sorted.
std::vector<std::string> features_of(const CpuidLeaves& leaves);

/// Is it a name that features_of() could give?
bool is_feature_name(std::string_view name);

/// What keeps this CPU from the next level, sorted; empty at x86_64_v4.
std::vector<std::string> features_missing_for_next_level(const CpuidLeaves& leaves);

}  // namespace terrace
