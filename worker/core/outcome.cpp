#include "worker/core/outcome.hpp"

#include <string_view>

namespace terrace::worker {
namespace {

/// rpmbuild ended by a signal: whoever sent it, it was not the package's code.
bool was_killed(int exit_code) {
    return exit_code < 0 || exit_code > 128;
}

bool contains(std::string_view text, std::string_view needle) {
    return text.find(needle) != std::string_view::npos;
}

std::string joined(const std::string& first, const std::string& second) {
    if (first.empty() || second.empty()) return first + second;
    return first + "; " + second;
}

Ending infra(const std::string& what, const LogFacts& facts) {
    const std::string cause = joined(facts.mock_error, facts.dnf_error);
    return {Outcome::infra_aborted, cause.empty() ? what + "." : what + ": " + cause};
}

/// Exit code 1 (10 in mock's documentation): the last call of rpmbuild decides.
Ending rpmbuild_ending(const LogFacts& facts) {
    const std::string cause = joined(facts.tool_error, facts.rpm_error);
    const std::string reason = cause.empty() ? facts.mock_error : cause;
    if (facts.disk_full) return {Outcome::disk_full, "The log ends with: No space left on device."};
    if (facts.out_of_memory)
        return {Outcome::oom, joined("The kernel killed a compiler for want of memory", reason)};
    if (contains(facts.mock_error, "Cannot find/open srpm") ||
        contains(facts.mock_error, "File is not an srpm")) {
        return {Outcome::bad_srpm, facts.mock_error};
    }
    if (facts.step_exit_code == 0) return infra("mock failed, rpmbuild did not", facts);
    if (was_killed(facts.step_exit_code)) return infra("rpmbuild was killed", facts);
    switch (facts.step) {
        case RpmbuildStep::none: break;
        case RpmbuildStep::source:
            // Without a word of rpm's it was the build root that could not even start rpmbuild.
            if (!facts.rpm_error.empty()) return {Outcome::bad_srpm, facts.rpm_error};
            break;
        case RpmbuildStep::requirements:
        case RpmbuildStep::build:
            if (!facts.rpmbuild_started) break;
            // Deterministic or not, it is tried again a few times; a package that kills itself is
            // rarer than an operator, or a kernel short of memory, that kills.
            if (facts.killed) return infra("A process of the build was killed", facts);
            return {facts.check_failed ? Outcome::check_failed : Outcome::build_failed,
                    reason.empty()
                        ? "rpmbuild ended with " + std::to_string(facts.step_exit_code) + "."
                        : reason};
    }
    return infra("mock failed before it built anything", facts);
}

/// Exit code 30: the package manager failed.
Ending dnf_ending(const LogFacts& facts) {
    if (facts.disk_full) return {Outcome::disk_full, "dnf found too little space on the disk."};
    if (!facts.build_phase_started) return infra("The build root could not be installed", facts);
    if (!facts.missing.empty()) {
        std::string names;
        for (const std::string& name : facts.missing) names += (names.empty() ? "" : ", ") + name;
        return {Outcome::uninstallable, "Nothing in the seed provides " + names + "."};
    }
    if (facts.download_failed) return infra("Packages could not be fetched", facts);
    if (facts.dnf_error.empty()) return infra("dnf ended without saying why", facts);
    return {Outcome::uninstallable, "dnf could not install the BuildRequires: " + facts.dnf_error};
}

}  // namespace

Ending mock_ending(int exit_code, const LogFacts& facts) {
    switch (exit_code) {
        case 0: return {Outcome::ok, ""};
        case 1:
        case 10: return rpmbuild_ending(facts);
        case 2: return infra("The root cache could not be unpacked", facts);
        case 3:
        case 5:
        case 50: return infra("mock does not accept its configuration or command", facts);
        case 11:
            return {Outcome::timeout,
                    facts.mock_error.empty() ? "rpmbuild took too long." : facts.mock_error};
        case 30: return dnf_ending(facts);
        case 40:
            if (facts.container_failed) return infra("systemd-nspawn does not work here", facts);
            return {Outcome::bad_srpm, facts.mock_error.empty()
                                           ? "The source package cannot be installed."
                                           : facts.mock_error};
        case 60: return infra("The build root is in use by another mock", facts);
        case 70: return infra("mock could not make the result directory", facts);
        default: break;
    }
    if (was_killed(exit_code))
        return infra("mock was ended by signal " + std::to_string(exit_code - 128), facts);
    return infra("mock ended with " + std::to_string(exit_code), facts);
}

}  // namespace terrace::worker
