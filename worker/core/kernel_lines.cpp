#include "worker/core/kernel_lines.hpp"

#include <charconv>

namespace terrace::worker {
namespace {

template <class Number>
std::optional<Number> number_at(std::string_view text, int base) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return number;
}

std::string_view after(std::string_view text, std::string_view marker) {
    const std::size_t at = text.find(marker);
    return at == std::string_view::npos ? std::string_view{} : text.substr(at + marker.size());
}

}  // namespace

std::optional<InvalidOpcode> invalid_opcode_of(std::string_view line) {
    constexpr std::string_view kTrap = "] trap invalid opcode ip:";
    const std::size_t trap = line.find(kTrap);
    if (!line.starts_with("traps: ") || trap == std::string_view::npos) return std::nullopt;
    const std::string_view rest = line.substr(trap + kTrap.size());
    const std::size_t pid_at = line.substr(0, trap).rfind('[');
    const auto address = number_at<std::uint64_t>(rest, 16);
    if (pid_at == std::string_view::npos || !address) return std::nullopt;
    InvalidOpcode found;
    found.line = line;
    found.address = *address;
    found.pid = number_at<std::int64_t>(line.substr(pid_at + 1), 10).value_or(0);
    const std::string_view place = after(rest, " in ");
    const std::size_t bracket = place.rfind('[');
    if (bracket == std::string_view::npos) return found;
    const std::string_view map = place.substr(bracket + 1);
    const std::size_t comma = map.find(',');
    const auto start =
        number_at<std::uint64_t>(comma == std::string_view::npos ? map : map.substr(comma + 1), 16);
    const auto size = number_at<std::uint64_t>(after(map, "+"), 16);
    if (!start || !size) return found;
    found.file = place.substr(0, bracket);
    found.map_start = *start;
    found.map_size = *size;
    if (comma != std::string_view::npos) found.offset = number_at<std::uint64_t>(map, 16);
    return found;
}

bool is_out_of_memory_kill(std::string_view line, int uid) {
    if (after(line, "ut of memory: Killed process ").empty()) return false;
    const std::string_view told = after(line, " UID:");
    return told.empty() || number_at<int>(told, 10) == uid;
}

}  // namespace terrace::worker
