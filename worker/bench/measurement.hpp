#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::bench {

/// What terrace-measure says about one run.
struct Measurement {
    int exit_code = 0;
    std::int64_t wall_us = 0;
    std::int64_t user_us = 0;
    std::int64_t system_us = 0;
    std::int64_t memory_peak_bytes = 0;
    std::int64_t others_us = 0;
    friend bool operator==(const Measurement&, const Measurement&) = default;
};
BOOST_DESCRIBE_STRUCT(Measurement,
                      (),
                      (exit_code, wall_us, user_us, system_us, memory_peak_bytes, others_us))

/// The last measurement in the output of a mock that ran terrace-measure. mock writes lines of its
/// own before, after, and in front of those of its child.
std::optional<Measurement> find_measurement(std::string_view output);

/// A command line prints this before a measured command whose output is to be seen.
inline constexpr const char* kOutputMarker = "terrace-output-follows";

/// What the measured command itself printed after the marker, without what mock says before and
/// after.
std::string_view shown_output(std::string_view output);

/// What follows the last `marker` of the output in its line; nullopt if there is none.
std::optional<std::string> find_after(std::string_view output, std::string_view marker);

/// The last lines of the output, as one line with " | " between them.
std::string last_lines(std::string_view output, std::size_t lines_max);

/// For /bin/sh: one word, whatever is in the text.
std::string quoted(std::string_view text);
/// For /bin/sh: a command of these words.
std::string command_line(const std::vector<std::string>& words);

}  // namespace terrace::bench
