#pragma once

#include <optional>
#include <string_view>

#include "common/vocab/time.hpp"

namespace terrace::runtime {

/// A whole number and its unit, as people write it: "500ms", "60s", "10m", "4h", "7d". nullopt for
/// anything else, such as a number without a unit.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace terrace::runtime
