#include "scheduler/http/plain_text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace terrace::rest {

TEST_CASE("plain text is UTF-8 without NUL") {
    for (const std::string text :
         {"", "plain", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x8f\xa0", "\xf4\x8f\xbf\xbf"}) {
        CAPTURE(text);
        CHECK(is_plain_text(text));
    }
    const std::string wrong[] = {
        std::string(1, '\0'), "\x80", "\xc3",   "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
        "\xf4\x90\x80\x80",   "\xff", "a\xc3(", "\xe2\x82"};
    for (const std::string& text : wrong) CHECK(!is_plain_text(text));
}

TEST_CASE("an escaped NUL in JSON is found, and an escaped backslash before u0000 is none") {
    CHECK(json_has_nul(R"({"a":"\u0000"})"));
    CHECK(json_has_nul(R"({"a":"\\\u0000"})"));
    CHECK(!json_has_nul(R"({"a":"\\u0000"})"));
    CHECK(json_has_nul(R"({"a":"\\u0000 \u0000"})"));
    CHECK(!json_has_nul(R"({"a":"u0000\u0001"})"));
    CHECK(!json_has_nul(""));
}

}  // namespace terrace::rest
