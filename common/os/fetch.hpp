#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "common/vocab/result.hpp"

namespace terrace::os {

/// The bytes behind a file://, http:// or https:// URL (libcurl; redirects are followed). Errors
/// name the URL and the cause: Errc::not_found for a missing file, Errc::invalid_argument for a URL
/// of another kind or more than `bytes_max`, Errc::unavailable for the rest. Blocks.
Result<std::string> fetch_url(const std::string& url,
                              std::size_t bytes_max,
                              std::chrono::milliseconds timeout = std::chrono::seconds(60));

}  // namespace terrace::os
