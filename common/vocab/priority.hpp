#pragma once

#include <boost/describe.hpp>

namespace terrace {

/// Which rebuilds go first. A class goes before all lower ones; `background` also leaves a part of
/// the fleet free for what comes next.
enum class PriorityClass { background, normal, urgent };
BOOST_DESCRIBE_ENUM(PriorityClass, background, normal, urgent)

/// What an ordered rebuild does where a dependency was not built: take the seed's RPM, or fail what
/// needs it.
enum class OnFailedDependency { seed, fail };
BOOST_DESCRIBE_ENUM(OnFailedDependency, seed, fail)

}  // namespace terrace
