#pragma once

#include <filesystem>
#include <vector>

#include "common/vocab/nevra.hpp"
#include "common/vocab/rpm_file.hpp"

namespace terrace::worker {

/// An RPM that a build has made, as a report names it: its digest and size are read from `file`,
/// its name is what the inspection of its header has found. Throws std::system_error.
RpmFile described_rpm(const std::filesystem::path& file, const Nevra& nevra);

}  // namespace terrace::worker
