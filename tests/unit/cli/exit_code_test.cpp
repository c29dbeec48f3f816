#include "cli/exit_code.hpp"

#include <doctest/doctest.h>

using namespace terrace;
using namespace terrace::cli;

static_assert(exit_code_of(Errc::unavailable) == ExitCode::unreachable);
static_assert(exit_code_of(Errc::not_found) == ExitCode::failed);
static_assert(exit_code_of(Errc::conflict) == ExitCode::failed);
static_assert(exit_code_of(Errc::invalid_argument) == ExitCode::failed);
static_assert(exit_code_of(Errc::unauthorized) == ExitCode::failed);

TEST_CASE("every mistake on the command line is exit code 2, and asking for help is none") {
    CHECK(exit_code_of_parser(0) == ExitCode::ok);
    for (const int code : {1, 100, 106, 109, 127})
        CHECK(exit_code_of_parser(code) == ExitCode::usage);
}
