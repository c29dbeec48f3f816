#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace terrace::cli {

/// "[#####-----]": how much of `total` is done, in `width` columns with the brackets. Full only
/// when all is done, so that the last one, which may take an hour, can be seen to be missing.
std::string progress_bar(std::int64_t done, std::int64_t total, std::size_t width);

/// "[#####-----]  6/12"
std::string progress(std::int64_t done, std::int64_t total, std::size_t width);

}  // namespace terrace::cli
