#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "common/vocab/level.hpp"
#include "worker/audit/code_map.hpp"
#include "worker/audit/code_scan.hpp"
#include "worker/audit/conventions.hpp"
#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

/// What one stretch asks for, and whom it mentions.
struct StretchUse {
    Allowance needs;  ///< level none: it needs no more than the baseline
    std::vector<Reference> references;
};

/// For each stretch of an object, what it may use since the CPU was asked before it runs:
///
/// 1. its name says so (conventions.hpp);
/// 2. a resolver takes its address: the target of STT_GNU_IFUNC and IRELATIVE. Not the target that
///    is left for all other CPUs: the one named so, or the one that needs least;
/// 3. nothing but such code mentions it: a helper, or the cold part of a function. Not of what
///    others can call, and not of what data points to.
///
/// Tables of pointers that a program fills after it asked the CPU are not seen: those need an
/// exception that somebody reviewed.
std::vector<Allowance> find_dispatched(const ElfImage& image,
                                       const CodeMap& map,
                                       const std::vector<StretchUse>& uses);

}  // namespace terrace::audit
