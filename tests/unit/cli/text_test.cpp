#include "cli/output/text.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace terrace;
using namespace terrace::cli;

TEST_CASE("width counts columns") {
    CHECK(display_width("") == 0);
    CHECK(display_width("lame") == 4);
    CHECK(display_width("größe") == 5);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("\xff\xfe") == 2);
    CHECK(display_width("\xe6\x97") == 2);  // cut off in the middle of a character
}

TEST_CASE("text is cut between characters") {
    CHECK(shortened("lame", 4) == "lame");
    CHECK(shortened("lames", 4) == "lam…");
    CHECK(shortened("日本語", 4) == "日…");
    CHECK(shortened("ab", 1) == "…");
    CHECK(shortened("ab", 0) == "");
}

TEST_CASE("nothing that a package prints can drive the terminal") {
    CHECK(one_line("a\x1b[31mb\nc\td\x7f") == "a [31mb c d ");
    CHECK(one_line("\u009b31m") == " 31m");  // one character that starts a sequence like ESC [
    CHECK(one_line("\u202eabc") == " abc");  // right-to-left override
    CHECK(one_line("\xc0\x80") == "??");
    CHECK(without_controls("a\n\tb\r\x1b") == "a\n\tb  ");
}

TEST_CASE("durations") {
    CHECK(format_duration(0ms) == "0.0s");
    CHECK(format_duration(-5ms) == "0.0s");
    CHECK(format_duration(449ms) == "0.4s");
    CHECK(format_duration(45200ms) == "45.2s");
    CHECK(format_duration(59949ms) == "59.9s");
    CHECK(format_duration(59950ms) == "1m00s");
    CHECK(format_duration(200s) == "3m20s");
    CHECK(format_duration(3599s) == "59m59s");
    CHECK(format_duration(3600s) == "1h00m");
    CHECK(format_duration(2h + 5min) == "2h05m");
    CHECK(format_duration(76h) == "3d04h");
}

TEST_CASE("sizes") {
    CHECK(format_bytes(0) == "0 B");
    CHECK(format_bytes(1023) == "1023 B");
    CHECK(format_bytes(1024) == "1.0 KiB");
    CHECK(format_bytes(1536) == "1.5 KiB");
    CHECK(format_bytes(166 << 20) == "166 MiB");
    CHECK(format_bytes((1 << 20) - 1) == "1.0 MiB");
    CHECK(format_bytes(std::int64_t{3} << 40) == "3.0 TiB");
    CHECK(format_bytes(std::int64_t{4096} << 40) == "4096 TiB");
}

TEST_CASE("ratios and their intervals") {
    CHECK(format_ratio(1.5519) == "1.552");
    CHECK(format_ratio(0.8142) == "0.814");
    CHECK(format_interval(1.49, 1.61234) == "[1.490, 1.612]");
}

TEST_CASE("moments and missing text") {
    CHECK(format_moment(TimePoint(1795333463322ms)) == "2026-11-22 07:44:23 UTC");
    CHECK(or_dash(std::nullopt) == "-");
    CHECK(or_dash("") == "-");
    CHECK(or_dash("worker-1") == "worker-1");
}

TEST_CASE("a count agrees with its noun") {
    CHECK(counted(0, "build") == "0 builds");
    CHECK(counted(1, "build") == "1 build");
    CHECK(counted(2, "source package") == "2 source packages");
}
