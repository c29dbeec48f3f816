#include "worker/core/log_scanner.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr std::size_t kMissingMax = 20;
constexpr std::string_view kReturnCode = "Child return code was: ";

// A test suite may well write to /dev/full on purpose; what ended the build is near the log's end.
constexpr std::int64_t kLastLines = 100;
// A test suite may kill on purpose, too: what ended the build is followed by rpm's own words only.
constexpr std::int64_t kLastLinesAfterKill = 20;

constexpr std::array<std::string_view, 2> kDiskFull = {"No space left on device",
                                                       "more space needed on the"};
constexpr std::array<std::string_view, 4> kContainerFailed = {
    "Failed to open system bus",
    "Failed to retrieve machine ID",
    "Failed to register machine",
    "Failed to allocate scope",
};
constexpr std::array<std::string_view, 4> kDownloadFailed = {
    "Failed to download metadata",
    "Cannot download",
    "Error downloading packages",
    "Curl error",
};
// What a shell ("line 7: 123 Killed    make"), make ("*** [a.o] Killed") and gcc's driver say of a
// child. Another signal than these two is the program's own doing.
constexpr std::array<std::string_view, 6> kKilled = {
    " Killed  ",     "] Killed",     "Error 137",
    " Terminated  ", "] Terminated", "Terminated signal terminated program",
};
constexpr std::array<std::string_view, 4> kToolErrors = {
    ": error: ",
    ": fatal error: ",
    ": Error ",
    "***Failed",
};

template <std::size_t N>
bool contains_any(std::string_view line, const std::array<std::string_view, N>& needles) {
    return std::ranges::any_of(needles, [&](std::string_view needle) {
        return line.find(needle) != std::string_view::npos;
    });
}

/// The text after `marker`; empty if it is not in the line.
std::string_view after(std::string_view line, std::string_view marker) {
    const std::size_t found = line.find(marker);
    return found == std::string_view::npos ? std::string_view{}
                                           : line.substr(found + marker.size());
}

/// True if `word` is in the line and not the beginning of a longer one: -march=x86-64 is not
/// -march=x86-64-v3.
bool contains_word(std::string_view line, std::string_view word) {
    for (std::size_t at = line.find(word); at != std::string_view::npos;
         at = line.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const char next = end < line.size() ? line[end] : ' ';
        const bool goes_on = next == '-' || next == '_' || (next >= '0' && next <= '9') ||
                             (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
        if (!goes_on) return true;
    }
    return false;
}

/// What a line of dnf 4, dnf 5 or libsolv says is missing; empty if it does not.
std::string_view missing_of(std::string_view line) {
    if (const auto quoted = after(line, "No matching package to install: '"); !quoted.empty()) {
        return quoted.substr(0, quoted.find('\''));
    }
    if (const auto name = after(line, "No match for argument: "); !name.empty())
        return trimmed(name);
    if (const auto rest = after(line, "nothing provides "); !rest.empty()) {
        return rest.substr(0, rest.find(" needed by "));
    }
    return {};
}

}  // namespace

LogScanner::LogScanner(Level target_level) : march_("-march=" + march_of(target_level)) {}

void LogScanner::build_line(std::string_view line) {
    ++lines_;
    if (line.starts_with("Executing command: ")) return begin_step(line);
    if (line.starts_with(kReturnCode)) {
        const std::string_view code = line.substr(kReturnCode.size());
        std::from_chars(code.data(), code.data() + code.size(), facts_.step_exit_code);
        return;
    }
    if (!facts_.march_seen) facts_.march_seen = contains_word(line, march_);
    if (line.starts_with("+ ") || line.starts_with("++ ")) return;  // what a shell is about to do
    if (contains_any(line, kDiskFull)) disk_full_line_ = lines_;
    if (contains_any(line, kKilled)) killed_line_ = lines_;
    if (line.find("Killed signal terminated program") != std::string_view::npos)
        facts_.out_of_memory = true;
    reason_line(line);
    tool_line(line);
}

void LogScanner::begin_step(std::string_view line) {
    const std::string_view options = after(line, "rpmbuild -b");
    if (options.empty()) return;
    switch (options.front()) {
        case 's': facts_.step = RpmbuildStep::source; break;
        case 'r':
        case 'd': facts_.step = RpmbuildStep::requirements; break;
        default: facts_.step = RpmbuildStep::build; break;
    }
    // What went before was not what ended the build.
    facts_.step_exit_code = 0;
    facts_.check_failed = false;
    facts_.out_of_memory = false;
    facts_.rpm_error.clear();
    facts_.tool_error.clear();
    disk_full_line_ = -1;
    killed_line_ = -1;
    reasons_left_ = 0;
}

/// rpm repeats its reasons under "RPM build errors:"; a spec that does not parse has only "error:
/// ..." lines.
void LogScanner::reason_line(std::string_view line) {
    if (line == "RPM build errors:") {
        reasons_left_ = 1;
        facts_.rpm_error.clear();
        return;
    }
    if (reasons_left_ > 0) {
        --reasons_left_;
        const std::string_view reason = trimmed(line);
        if (!facts_.rpm_error.empty()) facts_.rpm_error += ' ';
        facts_.rpm_error += printable(reason);
        if (reason.ends_with(':'))
            reasons_left_ = 1;  // "... file(s) found:", and the next line tells which
        if (reason.starts_with("Bad exit status from "))
            facts_.check_failed = reason.ends_with("(%check)");
        return;
    }
    if (line.starts_with("error: ")) {
        const std::string_view reason = trimmed(after(line, "error: "));
        if (facts_.rpm_error.empty()) facts_.rpm_error = printable(reason);
        if (reason.starts_with("Bad exit status from "))
            facts_.check_failed = reason.ends_with("(%check)");
    }
}

void LogScanner::tool_line(std::string_view line) {
    if (contains_any(line, kToolErrors) || line.starts_with("FAIL"))
        facts_.tool_error = printable(trimmed(line));
}

/// What dnf and the container say is in root.log, and once more in mock's own output when it gives
/// up.
void LogScanner::trouble_line(std::string_view line) {
    if (contains_any(line, kDiskFull)) facts_.disk_full = true;
    if (contains_any(line, kContainerFailed)) facts_.container_failed = true;
    if (contains_any(line, kDownloadFailed)) facts_.download_failed = true;
    if (const auto error = after(line, "Error: "); !error.empty())
        facts_.dnf_error = printable(trimmed(error));
    const std::string missing = printable(trimmed(missing_of(line)), 100);
    if (missing.empty() || facts_.missing.size() >= kMissingMax) return;
    if (std::ranges::find(facts_.missing, missing) == facts_.missing.end())
        facts_.missing.push_back(missing);
}

void LogScanner::root_line(std::string_view line) {
    // A command line is no message, whatever its arguments are called.
    if (line.find("Executing command: ") == std::string_view::npos) trouble_line(line);
}

void LogScanner::state_line(std::string_view line) {
    if (line.find("Start: build phase for ") != std::string_view::npos)
        facts_.build_phase_started = true;
    if (line.find("Start: rpmbuild ") != std::string_view::npos) facts_.rpmbuild_started = true;
}

void LogScanner::output_line(std::string_view line) {
    // mock repeats the failed command's whole output here, build.log's included: only its own lines
    // count.
    if (!line.starts_with("ERROR: ") || line.starts_with("ERROR: Exception(")) {
        if (error_marker_ && !trimmed(line).empty()) {
            facts_.mock_error += " " + printable(trimmed(line), 200);
            error_marker_ = false;
        }
        return;
    }
    facts_.mock_error = printable(trimmed(line.substr(7)));
    error_marker_ = facts_.mock_error.ends_with(':');
}

LogFacts LogScanner::facts() const {
    LogFacts facts = facts_;
    if (disk_full_line_ >= 0 && lines_ - disk_full_line_ < kLastLines) facts.disk_full = true;
    facts.killed = killed_line_ >= 0 && lines_ - killed_line_ < kLastLinesAfterKill;
    return facts;
}

}  // namespace terrace::worker
