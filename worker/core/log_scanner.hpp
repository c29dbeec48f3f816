#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/level.hpp"

namespace terrace::worker {

/// Which of mock's calls of rpmbuild was the last: making the SRPM anew (-bs), generating
/// BuildRequires
/// (-br), building (-bb).
enum class RpmbuildStep { none, source, requirements, build };

/// What the logs of one run of mock say, as far as it decides how the attempt ended.
struct LogFacts {
    bool build_phase_started = false;  ///< the build root was complete
    bool rpmbuild_started = false;
    RpmbuildStep step = RpmbuildStep::none;
    int step_exit_code = 0;     ///< of that call of rpmbuild; 0 too while it runs
    bool check_failed = false;  ///< rpm says that it was the script %check that failed
    bool march_seen = false;    ///< -march of the target level was in some command or flag
    bool disk_full = false;
    bool out_of_memory = false;
    bool killed = false;  ///< near the end a shell or make says that a signal ended its child
    bool container_failed = false;     ///< systemd-nspawn itself, not what it ran
    bool download_failed = false;      ///< dnf could not fetch metadata or packages
    std::vector<std::string> missing;  ///< what no package of the seed provides
    std::string rpm_error;             ///< rpm's own reason
    std::string tool_error;  ///< the last complaint of a compiler or a test suite before that
    std::string dnf_error;
    std::string mock_error;  ///< of mock's own output
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
    void begin_step(std::string_view line);
    void reason_line(std::string_view line);
    void tool_line(std::string_view line);
    void trouble_line(std::string_view line);

    std::string march_;
    LogFacts facts_;
    std::int64_t lines_ = 0;            // of build.log
    std::int64_t disk_full_line_ = -1;  // the last one of build.log that says so
    std::int64_t killed_line_ = -1;
    int reasons_left_ = 0;  // lines of rpm's own list of reasons that are still to come
    bool error_marker_ =
        false;  // mock's "ERROR: Command failed:" names the command in its next line
};

}  // namespace terrace::worker
