#pragma once

#include <string>
#include <vector>

#include "scheduler/core/farm.hpp"

namespace terrace::core {

/// A rebuild request, checked and filled in.
struct Farm::Plan {
    const ReleaseSpec* release = nullptr;
    PackageSetId package_set;
    Digest seed;
    Mode mode = Mode::flat;
    std::vector<std::string> variants;
    std::string stream;
    std::vector<const SourcePackage*> packages;
    std::vector<std::string> excluded;  ///< by a rule of the release
};

}  // namespace terrace::core
