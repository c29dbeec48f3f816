#include "common/runtime/log.hpp"

#include <doctest/doctest.h>

using namespace terrace;

TEST_CASE("a line has the event first and then its fields in order") {
    CHECK(runtime::log_line("lease_granted", {{"build", BuildId{17}},
                                              {"attempt", 93},
                                              {"worker", "alpha"},
                                              {"late", false},
                                              {"ratio", 1.25},
                                              {"wait", Duration(250)}}) ==
          "event=lease_granted build=17 attempt=93 worker=alpha late=false ratio=1.25 wait=250ms");
}

TEST_CASE("a value cannot end its line or forge a field") {
    CHECK(runtime::log_quoted("plain-word.1") == "plain-word.1");
    CHECK(runtime::log_quoted("") == "\"\"");
    CHECK(runtime::log_quoted("two words") == "\"two words\"");
    CHECK(runtime::log_quoted("a=b") == "\"a=b\"");
    CHECK(runtime::log_quoted("say \"no\"") == "\"say \\\"no\\\"\"");
    CHECK(runtime::log_quoted("x\nevent=forged") == "\"x\\nevent=forged\"");
    CHECK(runtime::log_quoted("back\\slash") == "\"back\\\\slash\"");
    CHECK(runtime::log_quoted(std::string_view("\x1b[0m\0", 5)) == "\"\\x1b[0m\\x00\"");
    CHECK(runtime::log_quoted("M\xc3\xbcller") == "M\xc3\xbcller");
}

TEST_CASE("braces in a value are no format") {
    runtime::init_log(runtime::LogLevel::error);
    runtime::log_error("test_line", {{"text", "{} {0} {{"}});
    runtime::log_info("dropped");
    runtime::init_log(runtime::LogLevel::info);
}
