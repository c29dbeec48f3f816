#include "cli/resolve_wait.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/cli/captured_output.hpp"

using namespace std::chrono_literals;
using namespace terrace;
using namespace terrace::cli;

namespace {

const Error kResolving{
    Errc::unavailable,
    "The dependencies of package set 3 are being resolved; try again in a moment."};

/// Time passes only by sleeping.
struct Fixture : CapturedOutput {
    Pace::Clock::time_point time{};
    Pace pace{[this] { return time; }, [this](std::chrono::milliseconds span) { time += span; }};
    int asked = 0;

    Result<std::string> ask(Result<std::string> first, int times, Result<std::string> then) {
        return ask_until_resolved(output, pace,
                                  [&, times] { return asked++ < times ? first : then; });
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an answer is not waited for") {
    CHECK(ask(std::string("yes"), 1, kResolving).value() == "yes");
    CHECK(asked == 1);
    CHECK(err.str().empty());
}

TEST_CASE_FIXTURE(Fixture, "a farm that resolves dependencies is asked again, and that is said") {
    CHECK(ask(kResolving, 20, std::string("yes")).value() == "yes");
    CHECK(asked == 21);
    CHECK(err.str() ==
          "terrace: The dependencies of package set 3 are being resolved; try again in a moment. "
          "Waiting for up to 10 minutes, 0.0s so far.\n");
}

TEST_CASE_FIXTURE(Fixture, "a long wait says so once a minute and ends after ten") {
    const auto answer = ask(kResolving, 100000, std::string("never"));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == Errc::unavailable);
    CHECK(time.time_since_epoch() == 10min);
    CHECK(std::ranges::count(err.str(), '\n') == 10);
    CHECK(err.str().find("9m00s so far") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "every other trouble comes at once") {
    const Error away{Errc::unavailable, "The farm cannot be reached."};
    CHECK(ask(away, 1, std::string("yes")).error().message == away.message);
    const Error refused{Errc::conflict, "The dependencies of that set could not be resolved."};
    asked = 0;
    CHECK(ask(refused, 1, std::string("yes")).error().message == refused.message);
    CHECK(err.str().empty());
}

TEST_CASE_FIXTURE(Fixture, "a terminal sees one line, which is gone when the answer is there") {
    output.err_is_terminal = true;
    CHECK(ask(kResolving, 2, std::string("yes")).value() == "yes");
    CHECK(err.str().find("Waiting, 2.0s: The dependencies of package set 3") != std::string::npos);
    CHECK(err.str().ends_with("\x1b[1A\x1b[J"));
}
