#include "common/runtime/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

#include "common/vocab/names.hpp"

namespace terrace::runtime {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warn: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> new_logger() {
    auto logger = std::make_shared<spdlog::logger>(
        "terrace", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    return logger;
}

/// Never destroyed, so that destructors of other static objects may still log.
spdlog::logger& the_logger() {
    static const auto* logger = new std::shared_ptr<spdlog::logger>(new_logger());
    return **logger;
}

bool is_plain(char c) {
    // Bytes above ASCII are parts of UTF-8 and left alone.
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\\' && c != '=' && c != '\x7f';
}

void append_escaped(std::string& text, char c) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
        text += "\\n";
    } else if (c == '\t') {
        text += "\\t";
    } else if (c == '"' || c == '\\') {
        text += {'\\', c};
    } else if (byte < ' ' || byte == 0x7f) {
        text += {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
    } else {
        text += c;
    }
}

}  // namespace

LogField::LogField(std::string_view name, double value)
    : name_(name), value_(fmt::format("{}", value)) {}

std::string log_quoted(std::string_view value) {
    if (!value.empty() && std::ranges::all_of(value, is_plain)) return std::string(value);
    std::string text = "\"";
    for (const char c : value) append_escaped(text, c);
    return text + '"';
}

std::string log_line(std::string_view event, std::initializer_list<LogField> fields) {
    std::string line = "event=" + log_quoted(event);
    for (const LogField& field : fields) {
        line += ' ';
        line += field.name();
        line += '=';
        line += log_quoted(field.value());
    }
    return line;
}

void init_log(LogLevel level) {
    the_logger().set_level(level_of(level));
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    spdlog::logger& logger = the_logger();
    if (!logger.should_log(level_of(level))) return;
    // As an argument, never as the format: the text may hold braces. The level in our own words.
    logger.log(level_of(level), "level={} {}", name_of(level), log_line(event, fields));
}

}  // namespace terrace::runtime
