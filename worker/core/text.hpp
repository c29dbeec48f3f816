#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace terrace::worker {

/// `text` without blanks at either end.
std::string_view trimmed(std::string_view text);

/// One line that can go into JSON and a terminal: control characters become blanks, bytes that are
/// not UTF-8 become '?', and what is longer than `bytes_max` ends in "...".
std::string printable(std::string_view text, std::size_t bytes_max = 400);

/// True for a name that is one component of a path, leads nowhere else and is no option.
bool is_file_name(std::string_view name);

/// A Python string literal of `text`, which is UTF-8.
std::string python_literal(std::string_view text);

}  // namespace terrace::worker
