#pragma once

#include <filesystem>

#include "common/vocab/nevra.hpp"
#include "common/vocab/result.hpp"

namespace terrace::inspect {

/// The name of the package in an RPM file, from its header; arch "src" for a source package.
/// Signatures are not looked at. Errc::invalid_argument if it is no RPM. Callable from any thread.
Result<Nevra> read_nevra(const std::filesystem::path& rpm);

}  // namespace terrace::inspect
