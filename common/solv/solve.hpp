#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/solv/pool.hpp"

namespace terrace::solv {

/// What would be installed into an empty root, or why nothing can be.
struct Solution {
    std::vector<Package> installed;     ///< ascending; empty if there are problems
    std::vector<std::string> problems;  ///< sentences; each problem with its whole chain of reasons
};

/// The packages that satisfy all of `wanted` together, without weak dependencies. The same pool
/// content and wishes give the same answer. @pre Pool::prepare()
Solution solve(Pool& pool, std::span<const Dependency> wanted);

}  // namespace terrace::solv
