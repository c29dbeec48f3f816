#pragma once

#include <filesystem>
#include <vector>

#include "worker/core/outcome.hpp"
#include "worker/mock/mock_runner.hpp"

namespace terrace::worker {

/// Which of the invalid opcodes that the kernel told of belong to the build whose files are still
/// there, and what they are. The kernel names the file by its base name only, so the files of that
/// name are looked for, first in what was built and then in all of `trees`; where they
/// disagree, or are gone, the opcode is unknown. A program of the same name may be another build's
/// on this host: that is why the log has to say so, too, unless it was an instruction in %check.
///
/// @param trees the build root, or the layers of it
Fault fault_of(const std::vector<SeenOpcode>& opcodes,
               const std::vector<std::filesystem::path>& trees);

}  // namespace terrace::worker
