#pragma once

#include <span>
#include <string_view>

namespace terrace::worker {

/// Where a line comes from: a log of mock's, what mock itself prints, or the kernel's log.
enum class LogFile { build, root, output };

/// What a line can say.
enum class LogSays {
    disk_full,
    mock_disk_full,       ///< mock itself could not write
    compiler_killed,      ///< by SIGKILL, says the compiler's driver
    command_killed,       ///< by SIGKILL, says the shell or the make that ran it
    command_ended,        ///< by SIGTERM, or a signal that make tells as 128 + its number
    memory_exhausted,     ///< a compiler or linker could not allocate
    illegal_instruction,  ///< a process died of SIGILL, says who waited for it
    tool_error,           ///< a compiler or a test suite complains
    container_failed,     ///< systemd-nspawn itself, not what it ran
    download_failed,      ///< dnf could not fetch metadata or packages
    dnf_error,
    not_an_srpm,
    unpack_error,         ///< rpm could not unpack the SRPM
    program_missing,      ///< that mock wanted to run, or rpmbuild in the build root
    external_requirement  ///< a BuildRequires of another packager's, which mock cannot install
};

/// How far it reaches. `run`: whatever comes later. `section`: as long as the log is in the same of
/// rpm's scripts (%build, %check ...). `end`: the same, and only among the last lines: test suites
/// and configure scripts provoke such failures on purpose, so it must be near what ended the build.
enum class Reach { run, section, end };

/// One rule: a line of `log` that has `first`, and later `then`, says `says`. Of several such lines
/// the last one counts.
struct LogRule {
    LogFile log;
    LogSays says;
    Reach reach;
    std::string_view first;
    std::string_view then = {};
    bool at_start = false;  ///< `first` begins the line
};

/// All rules. A line that a shell is about to run ("+ ...") is not subject to them.
std::span<const LogRule> log_rules();

bool matches(const LogRule& rule, std::string_view line);

/// Who decides what an exit code of mock means.
enum class Decides {
    nothing,          ///< it succeeded
    rpmbuild,         ///< the logs: "rpmbuild failed" and "mock broke" share the code
    package_manager,  ///< what dnf says: BuildRequires, or the seed and the way to it
    external,         ///< whether mock knows that kind of "external:" BuildRequires
    source_package,   ///< the SRPM, unless the container failed
    time,             ///< rpmbuild took longer than --rpmbuild_timeout
    unpacking,        ///< the disk that the root cache is unpacked to, be it the host's or a tmpfs
    host              ///< the package has no part in it
};

/// One exit code of mock (mockbuild/exception.py of 6.7, and what was seen of it).
struct ExitCodeRule {
    int exit_code;
    Decides decides;
    std::string_view meaning;  ///< the beginning of a sentence
};

std::span<const ExitCodeRule> exit_code_rules();

/// nullptr for a code that mock does not document.
const ExitCodeRule* exit_code_rule(int exit_code);

}  // namespace terrace::worker
