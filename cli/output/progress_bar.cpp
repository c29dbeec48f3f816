#include "cli/output/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terrace::cli {

std::string progress_bar(std::int64_t done, std::int64_t total, std::size_t width) {
    const auto cells = static_cast<std::int64_t>(std::max<std::size_t>(width, 3)) - 2;
    const std::int64_t bounded =
        std::clamp<std::int64_t>(done, 0, std::max<std::int64_t>(total, 0));
    // In floating point: no count is too large to be multiplied.
    const double share = total > 0 ? static_cast<double>(bounded) / static_cast<double>(total) : 0;
    auto filled = static_cast<std::int64_t>(share * static_cast<double>(cells));
    if (bounded < total) filled = std::min(filled, cells - 1);
    const auto filled_size = static_cast<std::size_t>(filled);
    return "[" + std::string(filled_size, '#') +
           std::string(static_cast<std::size_t>(cells) - filled_size, '-') + "]";
}

std::string progress(std::int64_t done, std::int64_t total, std::size_t width) {
    return fmt::format("{}  {}/{}", progress_bar(done, total, width), done, total);
}

}  // namespace terrace::cli
