#include "worker/bench/measurement.hpp"

#include "common/wire/json.hpp"

namespace terrace::bench {

namespace {

constexpr std::string_view kBegin = "{\"exit_code\":";

std::string_view rest_of_line(std::string_view output, std::size_t from) {
    return output.substr(from, output.find_first_of("\r\n", from) - from);
}

}  // namespace

std::optional<Measurement> find_measurement(std::string_view output) {
    const std::size_t begin = output.rfind(kBegin);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_of_line(output, begin);
    const std::size_t end = line.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    const auto measurement = wire::from_text<Measurement>(line.substr(0, end + 1));
    if (measurement.has_error()) return std::nullopt;
    return *measurement;
}

std::string_view shown_output(std::string_view output) {
    const std::size_t marker = output.rfind(kOutputMarker);
    if (marker != std::string_view::npos) output.remove_prefix(output.find('\n', marker) + 1);
    const std::size_t measurement = output.rfind(kBegin);
    if (measurement == std::string_view::npos) return output;
    const std::size_t line = output.rfind('\n', measurement);
    return output.substr(0, line == std::string_view::npos ? 0 : line);
}

std::optional<std::string> find_after(std::string_view output, std::string_view marker) {
    const std::size_t begin = output.rfind(marker);
    if (begin == std::string_view::npos) return std::nullopt;
    return std::string(rest_of_line(output, begin + marker.size()));
}

std::string last_lines(std::string_view output, std::size_t lines_max) {
    std::vector<std::string_view> lines;
    while (!output.empty() && lines.size() < lines_max) {
        const std::size_t line_end = output.find_last_not_of("\r\n");
        if (line_end == std::string_view::npos) break;
        output = output.substr(0, line_end + 1);
        const std::size_t before = output.find_last_of("\r\n");
        const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
        lines.push_back(output.substr(begin));
        output = output.substr(0, begin);
    }
    std::string text;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (!text.empty()) text += " | ";
        text += *line;
    }
    return text;
}

std::string quoted(std::string_view text) {
    std::string word = "'";
    for (const char c : text) {
        if (c == '\'') {
            word += "'\\''";
        } else {
            word += c;
        }
    }
    return word + "'";
}

std::string command_line(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += ' ';
        line += quoted(word);
    }
    return line;
}

}  // namespace terrace::bench
