#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/output/output.hpp"

namespace terrace::cli {

/// The whole program: reads the command line (`arguments` without the program's name), does what it
/// says, and reports trouble as one sentence.
ExitCode run_program(std::vector<std::string> arguments, Output& output);

}  // namespace terrace::cli
