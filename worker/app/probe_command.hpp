#pragma once

#include <filesystem>
#include <optional>

#include "common/vocab/level.hpp"

namespace terrace::worker {

/// `--probe`: prints what this machine is, after it has tried the instructions that it claims.
/// @return 1 if its level is below `required`, else 0
int print_probe(bool json, std::optional<Level> required);

/// `--level-from-leaves`: prints the level of each row of a table of CPUID registers, one a line.
/// @return 1 if the table cannot be read, else 0
int print_levels(const std::filesystem::path& table);

}  // namespace terrace::worker
