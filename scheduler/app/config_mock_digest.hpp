#pragma once

#include <filesystem>
#include <string>

#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// SHA-256 over all that a variant is: its values (but for `digest`) and the text of its mock
/// config with all that it includes from `mock_configs`, and of that directory's site-defaults.cfg.
/// What else changes flags is the toolchain and its macros, which are packages of the seed. Throws
/// std::system_error for a file that cannot be read, and for an include that cannot be followed.
std::string variant_digest(const core::VariantSpec& variant,
                           const std::filesystem::path& mock_configs);

}  // namespace terrace::scheduler
