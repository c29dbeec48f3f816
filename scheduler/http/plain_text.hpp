#pragma once

#include <string_view>

/// The database takes UTF-8 without NUL and nothing else, so nothing else is let in.
namespace terrace::rest {

bool is_plain_text(std::string_view text);

/// True if a string of this JSON text holds a NUL ("\u0000").
bool json_has_nul(std::string_view json);

}  // namespace terrace::rest
