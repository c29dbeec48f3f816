#pragma once

#include <filesystem>
#include <string>

#include "scheduler/core/config.hpp"

namespace terrace::scheduler {

/// SHA-256 over all that a variant is: its values (but for `digest`) and the text of its mock
/// config with all that it includes from `mock_configs`. Throws std::system_error for a file that
/// cannot be read.
std::string variant_digest(const core::VariantSpec& variant,
                           const std::filesystem::path& mock_configs);

}  // namespace terrace::scheduler
