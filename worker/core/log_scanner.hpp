#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/level.hpp"
#include "worker/core/outcome_rules.hpp"

namespace terrace::worker {

/// Which of mock's calls of rpmbuild was the last: making the SRPM anew (-bs), generating
/// BuildRequires (-br), building (-bb).
enum class RpmbuildStep { none, source, requirements, build };

/// What the logs of one run of mock say, as far as it decides how the attempt ended.
struct LogFacts {
    bool build_phase_started = false;  ///< the build root was complete
    bool rpmbuild_started = false;
    RpmbuildStep step = RpmbuildStep::none;
    bool step_running = false;  ///< that call of rpmbuild has not ended
    int step_exit_code = 0;     ///< of it; 0 too while it runs
    bool check_failed = false;  ///< rpm says that it was the script %check that failed
    bool march_seen = false;    ///< -march of the target level was in some command or flag
    /// What the rules of outcome_rules.hpp found, each with the line that says it.
    std::map<LogSays, std::string> lines;
    std::vector<std::string> missing;  ///< what no package of the seed provides
    std::string missing_line;          ///< the first line that says so
    std::string rpm_error;             ///< rpm's own reason
    std::string mock_error;            ///< of mock's own output
    std::string section;               ///< of rpm's script that ran last: "%build"; empty: none
    std::string last_line;             ///< of build.log that is not blank

    bool says(LogSays what) const { return lines.contains(what); }
    /// Empty if it does not.
    std::string line(LogSays what) const {
        const auto found = lines.find(what);
        return found == lines.end() ? "" : found->second;
    }
    friend bool operator==(const LogFacts&, const LogFacts&) = default;
};

/// Collects LogFacts from the lines of mock's logs, each log in its order, the logs in any mixture.
/// Holds no more than a few lines whatever the size of the logs. Lines come without their end.
class LogScanner {
public:
    /// `target_level`: whose -march is to be looked for.
    explicit LogScanner(Level target_level);

    void build_line(std::string_view line);   ///< of build.log
    void root_line(std::string_view line);    ///< of root.log
    void state_line(std::string_view line);   ///< of state.log
    void output_line(std::string_view line);  ///< of mock's standard output and error

    LogFacts facts() const;

private:
    struct Found {
        std::string line;
        std::int64_t at = 0;  // line of its log
        Reach reach = Reach::run;
    };

    void begin_step(std::string_view line);
    void begin_section(std::string_view line);
    void forget_section();
    void reason_line(std::string_view line);
    void missing_in(std::string_view line);
    void apply_rules(LogFile log, std::string_view line);

    std::string march_;
    LogFacts facts_;
    std::map<LogSays, Found> found_;
    std::string last_line_;
    std::int64_t lines_ = 0;  // of build.log
    int reasons_left_ = 0;    // lines of rpm's own list of reasons that are still to come
    bool error_marker_ =
        false;  // mock's "ERROR: Command failed:" names the command in its next line
};

}  // namespace terrace::worker
