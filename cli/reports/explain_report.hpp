#pragma once

#include "cli/output/output.hpp"
#include "common/vocab/explanation.hpp"

namespace terrace::cli {

/// What `build explain` prints for people. `now`: of this host, for "in 12m30s".
void print_explanation(Output& output, const Explanation& explanation, TimePoint now);

}  // namespace terrace::cli
