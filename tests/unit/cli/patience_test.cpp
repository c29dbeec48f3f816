#include "cli/patience.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace terrace;
using namespace terrace::cli;

namespace {

struct Fixture {
    std::ostringstream out;
    std::ostringstream err;
    Output output{.out = out, .err = err, .out_style = {}, .err_style = {}};
    Patience patience{output, std::chrono::minutes(5)};
    Error silence{Errc::unavailable, "It is away."};
    Patience::Clock::time_point start{};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a farm that never answered is not waited for") {
    CHECK_FALSE(patience.should_wait(silence, start));
    CHECK(err.str().empty());
}

TEST_CASE_FIXTURE(Fixture, "a farm that answered before is waited for, and that is said once") {
    patience.answered();
    CHECK(patience.should_wait(silence, start));
    CHECK(patience.should_wait(silence, start + std::chrono::seconds(299)));
    CHECK(err.str() == "terrace: It is away. Asking again for 5 minutes.\n");
    CHECK_FALSE(patience.should_wait(silence, start + std::chrono::seconds(300)));
}

TEST_CASE_FIXTURE(Fixture, "every answer makes the wait start anew") {
    patience.answered();
    CHECK(patience.should_wait(silence, start));
    patience.answered();
    CHECK(patience.should_wait(silence, start + std::chrono::minutes(9)));
    CHECK(err.str().find("answers again") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "what the farm refuses is not asked again") {
    patience.answered();
    CHECK_FALSE(patience.should_wait({Errc::not_found, "There is no rebuild 9."}, start));
}
