#pragma once

#include <boost/describe.hpp>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/vocab/id.hpp"
#include "common/vocab/time.hpp"

/// The log: one line an event, to standard error, in words that a program can read:
///
///   time=2026-11-22T07:44:23.322Z level=info event=lease_granted build=17 attempt=93 worker=alpha
///
/// Any thread may log.
namespace terrace::runtime {

/// warn: an operator should look. error: something was given up.
enum class LogLevel { debug, info, warn, error };
BOOST_DESCRIBE_ENUM(LogLevel, debug, info, warn, error)

/// One key and its value.
class LogField {
public:
    LogField(std::string_view name, std::string_view value) : name_(name), value_(value) {}
    LogField(std::string_view name, const char* value) : name_(name), value_(value) {}
    LogField(std::string_view name, const std::string& value) : name_(name), value_(value) {}
    LogField(std::string_view name, bool value) : name_(name), value_(value ? "true" : "false") {}
    LogField(std::string_view name, double value);
    template <std::integral T>
    LogField(std::string_view name, T value) : name_(name), value_(std::to_string(value)) {}
    template <class Tag>
    LogField(std::string_view name, Id<Tag> id) : LogField(name, id.value) {}
    LogField(std::string_view name, Duration value)
        : name_(name), value_(std::to_string(value.count()) + "ms") {}

    std::string_view name() const { return name_; }
    const std::string& value() const { return value_; }

private:
    std::string_view name_;  ///< a literal
    std::string value_;
};

/// Lines below `level` are dropped from now on; `info` until this is called.
void init_log(LogLevel level);

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::error, event, fields);
}

/// The value as it stands in a line: as it is if it is one plain word, else in quotes with what
/// would break the line or forge a field escaped.
std::string log_quoted(std::string_view value);

/// A line without time and level: "event=lease_granted build=17".
std::string log_line(std::string_view event, std::initializer_list<LogField> fields);

}  // namespace terrace::runtime
