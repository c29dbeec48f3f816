#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/vocab/parity.hpp"
#include "common/vocab/rpm_file.hpp"

namespace terrace::core {

/// What packages are to a client, apart from their level, as a full sentence that says how the
/// sides differ; nullopt if they are the same. Whoever takes the variant must find in it every
/// package that the baseline has, in the same version. noarch packages are the baseline's in both,
/// and debug packages follow from the code.
std::optional<std::string> package_difference(const std::vector<RpmFile>& baseline,
                                              const std::vector<RpmFile>& variant);

/// The same of what those packages promise and ask for (docs/audit.md, section 3). Builds whose
/// audit kept nothing (of an older release) are not judged: nullopt.
std::optional<std::string> interface_difference(const std::vector<FacetDigests>& baseline,
                                                const std::vector<FacetDigests>& variant);

}  // namespace terrace::core
