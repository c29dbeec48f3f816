#include "worker/core/outcome.hpp"

#include <optional>
#include <string_view>

namespace terrace::worker {
namespace {

/// rpmbuild ended by a signal: whoever sent it, it was not the package's code.
bool was_killed(int exit_code) {
    return exit_code < 0 || exit_code > 128;
}

std::string joined(const std::string& first, const std::string& second) {
    if (first.empty() || second.empty()) return first + second;
    return first + "; " + second;
}

std::string sentence(const std::string& what, const std::string& cause) {
    return cause.empty() ? what + "." : what + ": " + cause;
}

Ending infra(const std::string& what, const LogFacts& facts) {
    return {Outcome::infra_aborted,
            sentence(what, joined(joined(facts.mock_error, facts.line(LogSays::dnf_error)),
                                  facts.line(LogSays::program_missing)))};
}

/// No seed provides it, whatever mock's configuration allows. rpmbuild's own output may look alike.
std::optional<Ending> external_ending(const LogFacts& facts) {
    if (!facts.says(LogSays::external_requirement) || facts.step_exit_code != 0)
        return std::nullopt;
    return Ending{Outcome::uninstallable, facts.mock_error};
}

/// The line that decides why rpmbuild failed, and rpm's own reason.
std::string reason_of(const LogFacts& facts) {
    const std::string cause = joined(facts.line(LogSays::tool_error), facts.rpm_error);
    return cause.empty() ? facts.mock_error : cause;
}

Ending package_ending(const LogFacts& facts, const std::string& evidence) {
    return {facts.check_failed ? Outcome::check_failed : Outcome::build_failed, evidence};
}

std::optional<Ending> disk_ending(const LogFacts& facts, const HostEvidence& host) {
    const LogSays who =
        facts.says(LogSays::disk_full) ? LogSays::disk_full : LogSays::mock_disk_full;
    // The package's own output ends up among mock's, so of mock's only what rpmbuild did not say.
    const bool said = facts.says(LogSays::disk_full) ||
                      (facts.says(LogSays::mock_disk_full) && facts.step_exit_code == 0);
    if (said) return Ending{Outcome::disk_full, facts.line(who)};
    // Where the logs share the full disk they end without a word.
    if (host.disk_exhausted)
        return Ending{Outcome::disk_full, "No space was left where the build root is."};
    return std::nullopt;
}

/// Was it for want of memory? `killed`: mock or rpmbuild itself ended by SIGKILL.
std::optional<Ending> memory_ending(const LogFacts& facts, const HostEvidence& host, bool killed) {
    const std::string compiler = facts.line(LogSays::compiler_killed);
    const std::string command = facts.line(LogSays::command_killed);
    const std::string line = compiler.empty() ? command : compiler;
    const std::string cause = joined(line, facts.rpm_error);
    if (host.oom_kills > 0) {
        return Ending{Outcome::oom,
                      sentence("The build's memory limit was reached (" +
                                   std::to_string(host.oom_kills) + " processes killed)",
                               line.empty() ? reason_of(facts) : cause)};
    }
    // The kernel's line may be about another build of the same user.
    if (!host.kernel.oom_line.empty() && (killed || !line.empty()))
        return Ending{Outcome::oom, joined(cause, "kernel: " + host.kernel.oom_line)};
    if (!compiler.empty()) return Ending{Outcome::oom, cause};
    if (facts.says(LogSays::memory_exhausted)) {
        return Ending{Outcome::oom, joined(facts.line(LogSays::memory_exhausted), facts.rpm_error)};
    }
    if (command.empty()) return std::nullopt;
    if (host.kernel.complete) {
        return Ending{
            Outcome::infra_aborted,
            "A process of the build was killed by signal 9, and not for want of memory: " +
                command};
    }
    return Ending{Outcome::oom, sentence("Taken to be for want of memory, as the kernel's log is "
                                         "not readable here",
                                         cause)};
}

/// Did a program of the package die of an instruction that this CPU lacks?
std::optional<Ending> fault_ending(const LogFacts& facts, const HostEvidence& host) {
    const std::string line = facts.line(LogSays::illegal_instruction);
    const std::string cause = joined(line.empty() ? reason_of(facts) : line, host.fault.what);
    if (line.empty()) {
        // configure scripts try instructions out in %build; what dies in a %check that fails, and
        // whose harness does not say how, is another matter.
        const bool counts =
            host.fault.kind == FaultKind::instruction && facts.check_failed && host.fault.in_check;
        return counts ? std::optional(Ending{Outcome::isa_mismatch, cause}) : std::nullopt;
    }
    switch (host.fault.kind) {
        case FaultKind::trap: return package_ending(facts, joined(cause, facts.rpm_error));
        case FaultKind::unknown:
        case FaultKind::instruction: return Ending{Outcome::isa_mismatch, cause};
        case FaultKind::none: break;
    }
    if (host.kernel.complete) {
        return package_ending(facts, joined(line + "; the kernel saw no invalid opcode, so the "
                                                   "program sent itself the signal",
                                            facts.rpm_error));
    }
    return Ending{Outcome::isa_mismatch,
                  line + "; opcode unknown: the kernel's log is not readable here"};
}

/// Exit code 1 (10 in mock's documentation): the last call of rpmbuild decides.
Ending rpmbuild_ending(const LogFacts& facts, const HostEvidence& host) {
    if (facts.says(LogSays::not_an_srpm)) return {Outcome::bad_srpm, facts.mock_error};
    if (auto ending = external_ending(facts)) return *ending;
    if (auto ending = disk_ending(facts, host)) return *ending;
    const bool killed = was_killed(facts.step_exit_code);
    if (facts.step_exit_code != 0) {
        if (auto ending = memory_ending(facts, host, killed)) return *ending;
    }
    if (facts.step_exit_code == 0) return infra("mock failed, rpmbuild did not", facts);
    if (killed) return infra("rpmbuild was killed", facts);
    switch (facts.step) {
        case RpmbuildStep::none: break;
        case RpmbuildStep::source:
            // Without a word of rpm's it was the build root that could not even start rpmbuild.
            if (!facts.rpm_error.empty()) return {Outcome::bad_srpm, facts.rpm_error};
            break;
        case RpmbuildStep::requirements:
        case RpmbuildStep::build: {
            if (!facts.rpmbuild_started) break;
            if (auto ending = fault_ending(facts, host)) return *ending;
            // It is tried again a few times: a package that ends itself so is rarer than an
            // operator or a host that is going down.
            if (facts.says(LogSays::command_ended)) {
                return {Outcome::infra_aborted, "A process of the build was ended by a signal: " +
                                                    facts.line(LogSays::command_ended)};
            }
            const std::string reason = reason_of(facts);
            return package_ending(
                facts, reason.empty()
                           ? "rpmbuild ended with " + std::to_string(facts.step_exit_code) + "."
                           : reason);
        }
    }
    return infra("mock failed before it built anything", facts);
}

/// Exit code 30: the package manager failed.
Ending dnf_ending(const LogFacts& facts, const HostEvidence& host) {
    if (auto ending = disk_ending(facts, host)) return *ending;
    if (!facts.build_phase_started) return infra("The build root could not be installed", facts);
    if (!facts.missing.empty()) {
        std::string names;
        for (const std::string& name : facts.missing) names += (names.empty() ? "" : ", ") + name;
        return {Outcome::uninstallable,
                sentence("Nothing in the seed provides " + names, facts.missing_line)};
    }
    if (facts.says(LogSays::download_failed)) return infra("Packages could not be fetched", facts);
    if (!facts.says(LogSays::dnf_error)) return infra("dnf ended without saying why", facts);
    return {Outcome::uninstallable,
            sentence("dnf could not install the BuildRequires", facts.line(LogSays::dnf_error))};
}

Ending host_ending(const std::string& meaning, const LogFacts& facts, const HostEvidence& host) {
    if (auto ending = disk_ending(facts, host)) return *ending;
    return infra(meaning, facts);
}

/// mock ends as the program that failed it did, and for one that was ended by a signal Python's
/// exit code is 256 less the signal. 0: none was.
int signal_of_program(int exit_code) {
    constexpr int kSignalsMax = 64;
    return exit_code >= 256 - kSignalsMax && exit_code < 256 ? 256 - exit_code : 0;
}

std::string in_words(Duration time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    if (seconds.count() < 120) return std::to_string(seconds.count()) + " seconds";
    return std::to_string(seconds.count() / 60) + " minutes";
}

}  // namespace

Ending mock_ending(int exit_code, const LogFacts& facts, const HostEvidence& host) {
    if (exit_code == 137) {
        if (auto ending = memory_ending(facts, host, true)) return *ending;
    }
    const ExitCodeRule* rule = exit_code_rule(exit_code);
    if (rule == nullptr) {
        if (const int signal = signal_of_program(exit_code); signal > 0) {
            if (facts.step_exit_code == -signal) return rpmbuild_ending(facts, host);
            return infra("A program that mock ran was ended by signal " + std::to_string(signal),
                         facts);
        }
        if (was_killed(exit_code))
            return infra("mock was ended by signal " + std::to_string(exit_code - 128), facts);
        return infra("mock ended with " + std::to_string(exit_code), facts);
    }
    const std::string meaning(rule->meaning);
    switch (rule->decides) {
        case Decides::nothing: return {Outcome::ok, ""};
        case Decides::rpmbuild: return rpmbuild_ending(facts, host);
        case Decides::package_manager: return dnf_ending(facts, host);
        case Decides::external:
            if (auto ending = external_ending(facts)) return *ending;
            return infra(meaning, facts);
        case Decides::source_package:
            if (facts.says(LogSays::container_failed)) {
                return infra(
                    "systemd-nspawn does not work here: " + facts.line(LogSays::container_failed),
                    facts);
            }
            if (auto ending = disk_ending(facts, host)) return *ending;
            return {Outcome::bad_srpm, sentence(meaning, facts.says(LogSays::unpack_error)
                                                             ? facts.line(LogSays::unpack_error)
                                                             : facts.mock_error)};
        case Decides::time:
            // What follows the colon is a very long command.
            return {
                Outcome::timeout,
                joined(sentence(meaning, facts.mock_error.substr(0, facts.mock_error.find(':'))),
                       facts.last_line.empty() ? "" : "last line: " + facts.last_line)};
        case Decides::unpacking:
        case Decides::host: return host_ending(meaning, facts, host);
    }
    return infra(meaning, facts);
}

Ending stopped_ending(Stop why, Duration limit, const LogFacts& facts) {
    const std::string last = facts.last_line.empty() ? "" : "; last line: " + facts.last_line;
    switch (why) {
        case Stop::none:
        case Stop::cancelled: break;
        case Stop::out_of_time:
            if (facts.step_running)
                return {Outcome::timeout, "rpmbuild was still running after " + in_words(limit) +
                                              " of mock's time" + last};
            return {Outcome::infra_aborted, "mock had not ended after " + in_words(limit) +
                                                ", and rpmbuild was not running."};
        case Stop::out_of_disk:
            return {Outcome::disk_full,
                    "The worker's disk had less free than disk_free_min says, and this attempt had "
                    "most on it."};
        case Stop::stalled:
            if (facts.step_running)
                return {Outcome::stalled, "No output and no CPU use for " + in_words(limit) + last};
            return {Outcome::infra_aborted, "mock gave no output and used no CPU for " +
                                                in_words(limit) +
                                                ", and rpmbuild was not running."};
    }
    return {Outcome::infra_aborted, "The worker was told to stop the attempt."};
}

Ending run_ending(
    Stop why, Duration limit, int exit_code, const LogFacts& facts, const HostEvidence& host) {
    if (why != Stop::none) return stopped_ending(why, limit, facts);
    return mock_ending(exit_code, facts, host);
}

bool tmpfs_was_full(Stop why, int exit_code, Outcome outcome, const HostEvidence& host) {
    if (why != Stop::none || host.disk_exhausted) return false;
    const ExitCodeRule* rule = exit_code_rule(exit_code);
    return outcome == Outcome::disk_full ||
           (rule != nullptr && rule->decides == Decides::unpacking);
}

}  // namespace terrace::worker
