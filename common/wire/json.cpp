#include "common/wire/json.hpp"

#include <charconv>
#include <cstdio>

namespace terrace::wire {

std::string format_time(TimePoint time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[40];
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

namespace {

/// Reads numbers and fixed characters off the front of a text.
class TimeScanner {
public:
    explicit TimeScanner(std::string_view text) : text_(text), whole_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        const bool enough = text_.size() >= count;
        const char* end = enough ? text_.data() + count : nullptr;
        if (!enough || std::from_chars(text_.data(), end, value).ptr != end) fail();
        text_.remove_prefix(count);
        return value;
    }
    bool skip(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        if (!skip(c)) fail();
    }
    /// The fraction of a second in milliseconds, whatever its number of digits.
    int milliseconds() {
        int value = 0;
        int scale = 100;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            value += (text_.front() - '0') * scale;
            scale /= 10;
            text_.remove_prefix(1);
        }
        return value;
    }
    bool done() const { return text_.empty(); }
    [[noreturn]] void fail() const {
        throw DecodeError("'" + std::string(whole_) + "' is not a time in ISO 8601.");
    }

private:
    std::string_view text_;
    std::string_view whole_;
};

}  // namespace

TimePoint parse_time(std::string_view text) {
    TimeScanner scan(text);
    const int year = scan.digits(4);
    scan.expect('-');
    const auto month = static_cast<unsigned>(scan.digits(2));
    scan.expect('-');
    const auto day = static_cast<unsigned>(scan.digits(2));
    if (!scan.skip('T')) scan.expect(' ');
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok()) scan.fail();
    const int hour = scan.digits(2);
    scan.expect(':');
    const int minute = scan.digits(2);
    scan.expect(':');
    const int second = scan.digits(2);
    const int fraction = scan.skip('.') ? scan.milliseconds() : 0;
    TimePoint time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                     std::chrono::minutes(minute) + std::chrono::seconds(second) +
                     std::chrono::milliseconds(fraction);
    if (!scan.skip('Z')) {
        const int sign = scan.skip('-') ? -1 : 1;
        if (sign == 1) scan.expect('+');
        const int offset_hours = scan.digits(2);
        const int offset_minutes = scan.skip(':') ? scan.digits(2) : 0;
        time -= sign * (std::chrono::hours(offset_hours) + std::chrono::minutes(offset_minutes));
    }
    if (!scan.done()) scan.fail();
    return time;
}

namespace detail {

void fail(const std::string& path, std::string_view wanted) {
    throw DecodeError((path.empty() ? "The body" : "'" + path + "'") + " must be " +
                      std::string(wanted) + ".");
}

std::int64_t integer(const json::value& value, const std::string& path) {
    if (value.is_int64()) return value.as_int64();
    if (value.is_uint64() && std::in_range<std::int64_t>(value.as_uint64())) {
        return static_cast<std::int64_t>(value.as_uint64());
    }
    fail(path, "a whole number");
}

double number(const json::value& value, const std::string& path) {
    if (value.is_double()) return value.as_double();
    return static_cast<double>(integer(value, path));
}

}  // namespace detail

}  // namespace terrace::wire
