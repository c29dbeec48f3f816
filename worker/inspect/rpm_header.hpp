#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/vocab/nevra.hpp"
#include "common/vocab/result.hpp"

namespace terrace::inspect {

/// What the header of an RPM says.
struct RpmHeader {
    Nevra nevra;
    /// By the name of the facet: "provides", "requires", "files", "scripts" ... one item each, with
    /// the package's own version-release replaced by a mark; none for source packages.
    std::map<std::string, std::vector<std::string>> facets;
    std::int64_t installed_bytes = 0;
};

/// From an RPM file; arch "src" for a source package. Signatures are not looked at.
/// Errc::invalid_argument if it is no RPM. Callable from any thread.
Result<RpmHeader> read_header(const std::filesystem::path& rpm);

}  // namespace terrace::inspect
