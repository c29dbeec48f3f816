#pragma once

#include <Zydis/Zydis.h>

#include "common/vocab/level.hpp"

namespace terrace::audit {

/// What one instruction asks of the CPU.
struct IsaNeed {
    Level level = Level::x86_64;
    /// Set for what no level includes, such as "AES"; `level` is x86_64 then.
    const char* extension = nullptr;
    /// The extension is of the kind that a program asks the operating system or CPUID about before
    /// it uses it, and that no compiler chooses by itself: xsave, rdrand, rdtscp, xbegin ...
    bool is_system = false;
};

/// Instructions that an older CPU executes with the same effect (tzcnt as bsf, endbr64 and the
/// prefetch hints as nop) need nothing: compilers emit them at the baseline, too.
IsaNeed need_of(const ZydisDecodedInstruction& instruction);

}  // namespace terrace::audit
