#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/solv/pool.hpp"

namespace terrace::solv {

/// A dependency as rpm writes it: a name, a path, "name >= 1:2.0-3", or a rich one in parentheses.
/// nullopt if it is none of them.
std::optional<Dependency> parse_dependency(Pool& pool, const std::string& text);

/// Whether installable packages of the pool satisfy it. True for conditions such as
/// "(a if b)": only a solution can tell. @pre Pool::prepare()
bool is_provided(Pool& pool, Dependency dependency);

/// Why is_provided() said no: "nothing provides foo >= 2, only foo-1.0-1.x86_64".
std::string describe_absence(Pool& pool, Dependency dependency);

/// Those of `installed` (ascending) that satisfy the dependency. When one of them bears its name,
/// the others that merely provide the name do not count. Nothing if its condition does not hold.
std::vector<Package> satisfying(Pool& pool,
                                Dependency dependency,
                                std::span<const Package> installed);

}  // namespace terrace::solv
