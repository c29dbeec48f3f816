#pragma once

#include <vector>

#include "cli/output/document.hpp"
#include "cli/output/output.hpp"
#include "common/vocab/truth.hpp"

/// How often the gate is wrong, as its comparisons of baselines with themselves have shown.
namespace terrace::cli {

void print_truth(Output& output, const Truth& truth);

/// The same as a part of a report.
std::vector<Block> truth_blocks(const Truth& truth);

}  // namespace terrace::cli
