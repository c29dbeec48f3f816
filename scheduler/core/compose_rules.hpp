#pragma once

#include <string>
#include <vector>

#include "scheduler/core/config.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::core {

/// What must hold of every compose, whatever history made it (docs/operating.md, "What a compose
/// must hold"):
///  - a file name is once in a repo, and a name once in the baseline's;
///  - a name in a variant's repo has the EVR that it has in the baseline's (lock-step);
///  - with `encoding: arch` the variant's repo has every package of the baseline's, the same files;
///    with `encoding: flags` it may be sparse, and has nothing of the baseline's;
///  - noarch packages are the baseline's in every repo;
///  - all packages of a source are there, of one build a level: a variant has all or none of them;
///  - an ABI group is at a variant's level as a whole or not at all.
/// @return sentences that name the package and the rule it breaks; empty if all hold. The order
/// depends on the rows alone.
std::vector<std::string> broken_compose_rules(const ReleaseSpec& release,
                                              const std::vector<ComposePackage>& packages);

}  // namespace terrace::core
