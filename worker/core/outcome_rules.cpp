#include "worker/core/outcome_rules.hpp"

#include <algorithm>
#include <array>

namespace terrace::worker {
namespace {

using enum LogFile;
using enum LogSays;
using enum Reach;

constexpr std::array kLogRules = {
    LogRule{build, disk_full, end, "No space left on device"},
    LogRule{build, disk_full, end, "Disk quota exceeded"},
    LogRule{root, disk_full, run, "No space left on device"},
    LogRule{root, disk_full, run, "more space needed on the"},
    LogRule{output, mock_disk_full, run, "OSError: [Errno 28]", "", true},
    LogRule{output, mock_disk_full, run, "ERROR: ", "No space left on device", true},

    // gcc's and clang's drivers tell of the program that they ran.
    LogRule{build, compiler_killed, section, "Killed signal terminated program"},
    LogRule{build, compiler_killed, section, "unable to execute command: Killed"},
    LogRule{build, compiler_killed, section, "(signal: 9, SIGKILL"},  // cargo
    // Only of rpm's own script and of make: with these the script ends. A test suite's shell may
    // well kill its children and go on.
    LogRule{build, command_killed, end, "/var/tmp/rpm-tmp.", " Killed "},
    LogRule{build, command_killed, end, ": *** [", "] Killed"},
    LogRule{build, command_ended, end, "/var/tmp/rpm-tmp.", " Terminated "},
    LogRule{build, command_ended, end, ": *** [", "] Terminated"},
    LogRule{build, command_ended, end, ": *** [", "] Error 137"},
    LogRule{build, command_ended, end, ": *** [", "] Error 143"},
    LogRule{build, command_ended, end, "Terminated signal terminated program"},
    // Not here: std::bad_alloc, MemoryError and a bare "Cannot allocate memory". Tests provoke
    // them, and where memory is limited by a control group the kernel kills instead.
    LogRule{build, memory_exhausted, end, "virtual memory exhausted"},
    LogRule{build, memory_exhausted, end, ": out of memory allocating "},
    LogRule{build, memory_exhausted, end, "LLVM ERROR: out of memory"},
    LogRule{build, memory_exhausted, end, "final link failed: Cannot allocate memory"},
    LogRule{build, memory_exhausted, end, "final link failed: memory exhausted"},
    LogRule{build, memory_exhausted, end, "fatal error: ", "Cannot allocate memory"},

    LogRule{build, illegal_instruction, end, ": line ", " Illegal instruction "},  // bash
    LogRule{build, illegal_instruction, end, "Illegal instruction", "", true},     // dash
    LogRule{build, illegal_instruction, end, ": *** [", "] Illegal instruction"},  // make
    LogRule{build, illegal_instruction, end, "***Exception: Illegal"},             // ctest
    LogRule{build, illegal_instruction, end, "killed by signal 4 SIGILL"},         // meson
    LogRule{build, illegal_instruction, end, "FAIL", "(exit status: 132)", true},  // automake
    LogRule{build, illegal_instruction, end, "signal: 4, SIGILL"},                 // cargo
    LogRule{build, illegal_instruction, end, "SIGILL: illegal instruction"},       // go
    LogRule{build, illegal_instruction, end, "Signals.SIGILL: 4"},  // python's subprocess
    LogRule{build, illegal_instruction, end, "Fatal Python error: Illegal instruction"},
    LogRule{build, illegal_instruction, end, "(Wstat: 4 "},  // perl's prove
    LogRule{build, illegal_instruction, end, "Illegal instruction signal terminated program"},
    LogRule{build, illegal_instruction, end, "internal compiler error: Illegal instruction"},

    LogRule{build, tool_error, section, ": error: "},
    LogRule{build, tool_error, section, ": fatal error: "},
    LogRule{build, tool_error, section, ": Error "},
    LogRule{build, tool_error, section, "***Failed"},
    LogRule{build, tool_error, section, "FAIL", "", true},

    LogRule{root, container_failed, run, "Failed to open system bus"},
    LogRule{root, container_failed, run, "Failed to retrieve machine ID"},
    LogRule{root, container_failed, run, "Failed to register machine"},
    LogRule{root, container_failed, run, "Failed to allocate scope"},
    LogRule{root, download_failed, run, "Failed to download metadata"},
    LogRule{root, download_failed, run, "Cannot download"},
    LogRule{root, download_failed, run, "Error downloading packages"},
    LogRule{root, download_failed, run, "Curl error"},
    LogRule{root, dnf_error, run, "Error: "},
    LogRule{root, unpack_error, run, "error: unpacking of archive failed", "", true},

    LogRule{build, program_missing, end, "/rpmbuild: No such file or directory"},
    LogRule{output, program_missing, run, "[Errno 2] No such file or directory: ", "", true},
    LogRule{output, external_requirement, run, "ERROR: ExternalBuildRequires ", "", true},
    LogRule{output, external_requirement, run, "ERROR: Unknown external dependenc", "", true},
    LogRule{output, not_an_srpm, run, "ERROR: Cannot find/open srpm", "", true},
    LogRule{output, not_an_srpm, run, "ERROR: File is not an srpm", "", true},
};

// 2, 32 and 127 are of tar, mount and the shell: mock ends as the program that failed it did.
constexpr std::array kExitCodes = {
    ExitCodeRule{0, Decides::nothing, "mock succeeded"},
    ExitCodeRule{1, Decides::rpmbuild, "mock failed"},
    // Also what mock documents for a call past its setuid wrapper.
    ExitCodeRule{2, Decides::unpacking, "The root cache could not be unpacked"},
    ExitCodeRule{3, Decides::host, "mock does not accept its configuration"},
    ExitCodeRule{4, Decides::host, "mock built only some of several packages"},
    ExitCodeRule{5, Decides::host, "mock does not accept its command line"},
    ExitCodeRule{6, Decides::host, "mock does not know the architecture"},
    ExitCodeRule{10, Decides::rpmbuild, "rpmbuild failed"},
    ExitCodeRule{11, Decides::time, "rpmbuild took too long"},
    ExitCodeRule{20, Decides::host, "The build root could not be prepared"},
    ExitCodeRule{25, Decides::host, "mock could not work with LVM"},
    ExitCodeRule{30, Decides::package_manager, "The package manager failed"},
    ExitCodeRule{31, Decides::external, "An external BuildRequires could not be installed"},
    ExitCodeRule{32, Decides::host, "A file system of the build root could not be mounted"},
    ExitCodeRule{40, Decides::source_package, "The source package cannot be installed"},
    ExitCodeRule{50, Decides::host, "mock does not accept its command"},
    ExitCodeRule{60, Decides::host, "The build root is in use by another mock"},
    ExitCodeRule{65, Decides::host, "The LVM thin pool is in use by another mock"},
    ExitCodeRule{70, Decides::host, "mock could not make the result directory"},
    ExitCodeRule{80, Decides::host, "mock could not make its namespaces"},
    ExitCodeRule{90, Decides::host, "The bootstrap root could not be prepared"},
    ExitCodeRule{110, Decides::host, "mock lost track of its own state"},
    ExitCodeRule{120, Decides::host, "A weak dependency of mock is missing"},
    ExitCodeRule{127, Decides::host, "A program is missing in the build root"},
    ExitCodeRule{129, Decides::host, "mock was ended by signal 1 (SIGHUP)"},
    ExitCodeRule{137, Decides::host, "mock was ended by signal 9 (SIGKILL)"},
    ExitCodeRule{141, Decides::host, "mock was ended by signal 13 (SIGPIPE)"},
    ExitCodeRule{143, Decides::host, "mock was ended by signal 15 (SIGTERM)"},
};
static_assert(std::ranges::is_sorted(kExitCodes, {}, &ExitCodeRule::exit_code));

}  // namespace

std::span<const LogRule> log_rules() {
    return kLogRules;
}

bool matches(const LogRule& rule, std::string_view line) {
    const std::size_t at =
        rule.at_start ? (line.starts_with(rule.first) ? 0 : line.npos) : line.find(rule.first);
    return at != line.npos && line.find(rule.then, at + rule.first.size()) != line.npos;
}

std::span<const ExitCodeRule> exit_code_rules() {
    return kExitCodes;
}

const ExitCodeRule* exit_code_rule(int exit_code) {
    const auto found =
        std::ranges::lower_bound(kExitCodes, exit_code, {}, &ExitCodeRule::exit_code);
    return found != kExitCodes.end() && found->exit_code == exit_code ? &*found : nullptr;
}

}  // namespace terrace::worker
