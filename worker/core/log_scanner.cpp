#include "worker/core/log_scanner.hpp"

#include <algorithm>
#include <charconv>

#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr std::size_t kMissingMax = 20;
constexpr std::string_view kReturnCode = "Child return code was: ";

// A test suite may well write to /dev/full on purpose; what ended the build is near the log's end.
constexpr std::int64_t kLastLines = 100;
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
        facts_.step_running = false;
        return;
    }
    if (!trimmed(line).empty()) last_line_ = line;
    if (line.starts_with("Executing(%")) return begin_section(line);
    if (!facts_.march_seen) facts_.march_seen = contains_word(line, march_);
    if (line.starts_with("+ ") || line.starts_with("++ ")) return;  // what a shell is about to do
    reason_line(line);
    apply_rules(LogFile::build, line);
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
    facts_.step_running = true;
    facts_.step_exit_code = 0;
    facts_.check_failed = false;
    facts_.rpm_error.clear();
    facts_.section.clear();
    forget_section();
    reasons_left_ = 0;
}

/// "Executing(%build): /bin/sh -e /var/tmp/rpm-tmp.x"
void LogScanner::begin_section(std::string_view line) {
    const std::string_view name = after(line, "Executing(");
    facts_.section = printable(name.substr(0, name.find(')')), 40);
    forget_section();
}

void LogScanner::forget_section() {
    std::erase_if(found_, [](const auto& entry) { return entry.second.reach != Reach::run; });
}

void LogScanner::apply_rules(LogFile log, std::string_view line) {
    for (const LogRule& rule : log_rules()) {
        if (rule.log != log || !matches(rule, line)) continue;
        found_[rule.says] = {printable(trimmed(line)), lines_, rule.reach};
    }
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

void LogScanner::missing_in(std::string_view line) {
    const std::string missing = printable(trimmed(missing_of(line)), 100);
    if (missing.empty()) return;
    if (facts_.missing.empty()) facts_.missing_line = printable(trimmed(line));
    if (facts_.missing.size() < kMissingMax &&
        std::ranges::find(facts_.missing, missing) == facts_.missing.end())
        facts_.missing.push_back(missing);
}

void LogScanner::root_line(std::string_view line) {
    // A command line is no message, whatever its arguments are called.
    if (line.find("Executing command: ") != std::string_view::npos) return;
    // "DEBUG util.py:461:  " is the logger's, not the message's.
    const std::string_view message = after(line, ":  ");
    apply_rules(LogFile::root, message.empty() ? line : message);
    missing_in(message.empty() ? line : message);
}

void LogScanner::state_line(std::string_view line) {
    if (line.find("Start: build phase for ") != std::string_view::npos)
        facts_.build_phase_started = true;
    if (line.find("Start: rpmbuild ") != std::string_view::npos) facts_.rpmbuild_started = true;
}

void LogScanner::output_line(std::string_view line) {
    // mock repeats the failed command's whole output here, build.log's included: only its own lines
    // count.
    apply_rules(LogFile::output, line);
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
    facts.last_line = printable(trimmed(last_line_));
    for (const auto& [says, found] : found_) {
        if (found.reach != Reach::end || lines_ - found.at < kLastLines)
            facts.lines.emplace(says, found.line);
    }
    return facts;
}

}  // namespace terrace::worker
