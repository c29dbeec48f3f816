#pragma once

#include <string>
#include <vector>

#include "cli/output/output.hpp"

namespace terrace::sim {

/// The program but for main(): `arguments` are those after its name. Returns the exit code: 0 ok,
/// 1 something failed, 2 the command line is not right.
int run_program(std::vector<std::string> arguments, cli::Output& output);

}  // namespace terrace::sim
