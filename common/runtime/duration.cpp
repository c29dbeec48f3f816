#include "common/runtime/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace terrace::runtime {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                               Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    std::uint32_t count = 0;
    const auto [unit_begin, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(unit_begin - text.data()));
    for (const Unit& unit : kUnits) {
        if (unit.name == text) return Duration(std::int64_t{count} * unit.milliseconds);
    }
    return std::nullopt;
}

// Nothing that fits the number's type overflows.
static_assert(std::numeric_limits<std::uint32_t>::max() <=
              std::numeric_limits<std::int64_t>::max() / 86'400'000);

}  // namespace terrace::runtime
