#include "common/runtime/duration.hpp"

#include <doctest/doctest.h>

using namespace terrace;
using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number and its unit") {
    CHECK(runtime::parse_duration("500ms") == 500ms);
    CHECK(runtime::parse_duration("60s") == 60s);
    CHECK(runtime::parse_duration("10m") == 10min);
    CHECK(runtime::parse_duration("4h") == 4h);
    CHECK(runtime::parse_duration("7d") == 168h);
    CHECK(runtime::parse_duration("0s") == 0s);
    CHECK(runtime::parse_duration("4294967295d").has_value());
}

TEST_CASE("anything else is no duration") {
    for (const char* text :
         {"", "5", "s", "-5s", "5 s", "5s ", "1.5h", "5w", "5min", "99999999999s"}) {
        CAPTURE(text);
        CHECK_FALSE(runtime::parse_duration(text));
    }
}
