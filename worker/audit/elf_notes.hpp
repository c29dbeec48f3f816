#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "worker/audit/bytes.hpp"

namespace terrace::audit {

/// Shows each note of a section of notes whose owner is "GNU": its type and its content. Stops at
/// the first that does not fit.
void for_each_gnu_note(Bytes section,
                       std::uint64_t alignment,
                       const std::function<void(std::uint32_t type, Bytes content)>& show);

/// GNU_PROPERTY_X86_ISA_1_NEEDED of the content of NT_GNU_PROPERTY_TYPE_0: bit 0 the baseline, 1
/// v2, 2 v3, 3 v4 (x86-64 psABI, "Program Property"). 0 if there is none.
std::uint32_t isa_needed_of(Bytes properties);

std::string hexadecimal_of(Bytes bytes);

}  // namespace terrace::audit
