#pragma once

#include "cli/output/output.hpp"
#include "common/vocab/plan.hpp"

/// What commands print about rebuilds that follow others.
namespace terrace::cli {

/// Each package of a second pass with its reasons.
void print_second_pass(Output& output, const SecondPass& pass);

/// What came out differently, by variant; of what only one of the two built, at most twenty names
/// are shown.
void print_diff(Output& output, const RebuildDiff& diff);

}  // namespace terrace::cli
