#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "worker/core/outcome.hpp"
#include "worker/mock/mock_runner.hpp"

namespace terrace::worker {

/// Which of the invalid opcodes that the kernel told of belong to the build whose root is still
/// there, and what they are. The kernel names the file by its base name only, so the files of that
/// name are looked for, first in what was built and then in all of the build root; where they
/// disagree, or are gone, the opcode is unknown. A program of the same name may be another build's
/// on this host: that is why the log has to say so, too, unless it was an instruction in %check.
///
/// @param base_directory, unique_ext those that mock was told
Fault fault_of(const std::vector<SeenOpcode>& opcodes,
               const std::filesystem::path& base_directory,
               const std::string& unique_ext);

}  // namespace terrace::worker
