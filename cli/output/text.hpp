#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/vocab/time.hpp"

/// How values read to people. Pure functions.
namespace terrace::cli {

/// How many columns a terminal needs for UTF-8 text: 0 for combining characters, 2 for wide ones, 1
/// for the rest.
std::size_t display_width(std::string_view text);

/// At most `width` columns of it; what was cut ends in "…".
std::string shortened(std::string_view text, std::size_t width);

/// One line that cannot drive a terminal: control characters become spaces, bytes that are not
/// UTF-8 become '?'. Log lines and names come from packages, which are not trusted.
std::string one_line(std::string_view text);

/// The same for a whole log: newlines and tabs stay.
std::string without_controls(std::string_view text);

/// "0.4s", "45.2s", "3m20s", "2h05m", "3d04h"
std::string format_duration(Duration duration);

/// "512 B", "1.5 KiB", "166 MiB"
std::string format_bytes(std::int64_t bytes);

/// "1.552": baseline time / variant time, so above 1 the variant is faster.
std::string format_ratio(double ratio);

/// "[1.490, 1.612]"
std::string format_interval(double low, double high);

/// "2026-11-22 07:44:23 UTC"
std::string format_moment(TimePoint time);

/// "1 build", "2 builds"
std::string counted(std::int64_t count, std::string_view noun);

/// The value's text, or "-" where there is none yet.
std::string or_dash(const std::optional<std::string>& text);

}  // namespace terrace::cli
