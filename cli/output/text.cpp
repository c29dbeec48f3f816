#include "cli/output/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "common/wire/json.hpp"

namespace terrace::cli {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// The first character of `text`, which is not empty. Overlong forms and surrogates are not told
/// apart: nothing here depends on them.
CodePoint first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t length = lead >= 0xF8   ? 0
                               : lead >= 0xF0 ? 4
                               : lead >= 0xE0 ? 3
                               : lead >= 0xC2 ? 2
                                              : 0;
    if (length == 0 || length > text.size()) return {lead, 1, false};
    auto value = static_cast<char32_t>(lead & (0x7F >> length));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {lead, 1, false};
        value = (value << 6) | (byte(i) & 0x3F);
    }
    return {value, length, true};
}

using Range = std::pair<char32_t, char32_t>;

template <std::size_t N>
bool in_ranges(const std::array<Range, N>& ranges, char32_t c) {
    return std::ranges::any_of(
        ranges, [c](const Range& range) { return c >= range.first && c <= range.second; });
}

/// After Unicode's East_Asian_Width (W and F) and general categories Mn and Cf, by block.
constexpr std::array<Range, 10> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 7> kNoWidth = {{{0x0300, 0x036F},
                                            {0x0483, 0x0489},
                                            {0x1AB0, 0x1AFF},
                                            {0x200B, 0x200F},
                                            {0x20D0, 0x20FF},
                                            {0xFE00, 0xFE0F},
                                            {0xFEFF, 0xFEFF}}};

std::size_t width_of(const CodePoint& point) {
    if (!point.valid) return 1;
    if (in_ranges(kNoWidth, point.value)) return 0;
    return in_ranges(kWide, point.value) ? 2 : 1;
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E);
}

std::string filtered(std::string_view text, bool keep_lines) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint point = first_of(text);
        const bool kept = keep_lines && (point.value == '\n' || point.value == '\t');
        if (!point.valid) {
            out += '?';
        } else if (is_control(point.value) && !kept) {
            out += ' ';
        } else {
            out += text.substr(0, point.bytes);
        }
        text.remove_prefix(point.bytes);
    }
    return out;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const CodePoint point = first_of(text);
        width += width_of(point);
        text.remove_prefix(point.bytes);
    }
    return width;
}

std::string shortened(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
        const CodePoint point = first_of(text);
        if (used + width_of(point) + 1 > width) break;  // 1: for what says that something was cut
        used += width_of(point);
        out += text.substr(0, point.bytes);
        text.remove_prefix(point.bytes);
    }
    return width == 0 ? out : out + "…";
}

std::string one_line(std::string_view text) {
    return filtered(text, false);
}

std::string without_controls(std::string_view text) {
    return filtered(text, true);
}

std::string format_duration(Duration duration) {
    using namespace std::chrono;
    const Duration span = std::max(duration, Duration(0));
    if (span < 59950ms) return fmt::format("{:.1f}s", static_cast<double>(span.count()) / 1000);
    const auto total = round<seconds>(span).count();
    if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
    if (total < 86400) return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
    return fmt::format("{}d{:02}h", total / 86400, total / 3600 % 24);
}

std::string format_bytes(std::int64_t bytes) {
    constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    // 1023.95: what would be rounded to "1024.0" is one of the next unit.
    while (value >= 1023.95 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    if (unit == 0) return fmt::format("{} B", bytes);
    return fmt::format("{:.{}f} {}", value, value < 99.95 ? 1 : 0, kUnits[unit]);
}

std::string format_ratio(double ratio) {
    return fmt::format("{:.3f}", ratio);
}

std::string format_interval(double low, double high) {
    return fmt::format("[{:.3f}, {:.3f}]", low, high);
}

std::string format_moment(TimePoint time) {
    std::string text = wire::format_time(time).substr(0, 19);
    std::ranges::replace(text, 'T', ' ');
    return text + " UTC";
}

std::string counted(std::int64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string or_dash(const std::optional<std::string>& text) {
    return text && !text->empty() ? *text : "-";
}

}  // namespace terrace::cli
