#pragma once

#include "common/vocab/result.hpp"

namespace terrace::cli {

/// What the program's exit code says; scripts rely on it.
enum class ExitCode {
    ok = 0,
    failed =
        1,      ///< the farm refused, there is no such thing, or a rebuild ended with failed builds
    usage = 2,  ///< the command line is not right; the farm was not asked
    unreachable =
        3,  ///< the farm cannot be reached, or says that it cannot answer now: try again later
};

constexpr ExitCode exit_code_of(Errc code) {
    switch (code) {
        case Errc::unavailable: return ExitCode::unreachable;
        case Errc::invalid_argument:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::stale_lease:
        case Errc::unauthorized: return ExitCode::failed;
    }
    return ExitCode::failed;
}

/// CLI11 has a number for each kind of mistake and 0 for "--help was asked for".
constexpr ExitCode exit_code_of_parser(int code) {
    return code == 0 ? ExitCode::ok : ExitCode::usage;
}

}  // namespace terrace::cli
