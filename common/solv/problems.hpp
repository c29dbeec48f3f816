#pragma once

#include <string>
#include <vector>

#include "common/solv/libsolv.hpp"

/// For the sources of this folder only.
namespace terrace::solv {

/// Why a solver found no solution: sentences, each problem with its whole chain of reasons.
/// @pre solver_solve() found problems
std::vector<std::string> problems_of(Solver* solver);

}  // namespace terrace::solv
