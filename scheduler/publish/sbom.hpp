#pragma once

#include <string>

#include "scheduler/publish/manifest.hpp"

namespace terrace::publish {

inline constexpr const char* kSbomName = "SBOM.spdx.json";

/// The bill of materials of a compose: SPDX 2.3, JSON. Each published file is a package of it,
/// named by its digest, whatever the number of repos that hold it; a binary package is
/// GENERATED_FROM the SRPM of its source. Licences are what the RPMs say themselves, hence
/// NOASSERTION. Equal manifests give equal bytes.
std::string sbom_of(const Manifest& manifest);

}  // namespace terrace::publish
