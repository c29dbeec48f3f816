#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/audit.hpp"

namespace terrace::audit {

/// Makes facets of packages, and keeps the items of as many as fit into a report.
class FacetMaker {
public:
    /// Sorts the items, drops doubles, takes the level out of each.
    PackageFacet make(const std::string& name, std::vector<std::string> items);

private:
    std::size_t kept_bytes_ = 0;
};

/// The same text with the level's name, in either spelling, replaced by the baseline's: "x86_64"
/// for "x86_64_v3". Packages of all levels then say the same.
std::string without_level(std::string_view text);

}  // namespace terrace::audit
