#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace terrace::os {

/// Standard base64 with padding, in one line.
std::string to_base64(std::string_view bytes);
/// nullopt unless all of `text` is what to_base64() writes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace terrace::os
