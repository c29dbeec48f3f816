#pragma once

#include <vector>

#include "worker/audit/code_map.hpp"
#include "worker/audit/code_scan.hpp"
#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

/// All code of an object, scanned stretch by stretch.
struct ObjectCode {
    CodeMap map;
    std::vector<CodeScan> scans;  ///< of map.stretches()
};

/// Assembler code often has neither symbols nor unwind information. What lies between the known
/// functions is therefore cut where other code calls, jumps or takes an address, until nothing new
/// is found (a few rounds at most).
ObjectCode scan_object(Decoder& decoder, const ElfImage& image);

}  // namespace terrace::audit
