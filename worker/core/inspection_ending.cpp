#include "worker/core/inspection_ending.hpp"

#include <csignal>

#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr int kCrashed = 1;  // of a sanitizer, or of the standard library

/// Sent by the program's own doing.
bool is_own_fault(int signal) {
    switch (signal) {
        case SIGILL:
        case SIGTRAP:
        case SIGABRT:
        case SIGBUS:
        case SIGFPE:
        case SIGSEGV:
        case SIGSYS:
        case SIGXCPU:
        case SIGXFSZ: return true;
        default: return false;
    }
}

}  // namespace

std::optional<Ending> inspection_ending(int exit_code, const std::string& output) {
    if (exit_code == 0) return std::nullopt;
    const int signal = exit_code > 128 ? exit_code - 128 : 0;
    const std::string said = printable(trimmed(output));
    const std::string detail = said.empty() ? "." : ": " + said;
    if (is_own_fault(signal) || exit_code == kCrashed) {
        const std::string how =
            signal == 0 ? "crashed" : "was ended by signal " + std::to_string(signal);
        return Ending{Outcome::build_failed,
                      "Its RPMs could not be inspected: terrace-inspect " + how + detail};
    }
    return Ending{Outcome::infra_aborted,
                  "terrace-inspect ended with exit code " + std::to_string(exit_code) + detail};
}

}  // namespace terrace::worker
