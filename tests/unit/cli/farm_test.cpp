#include "cli/farm.hpp"

#include <doctest/doctest.h>

using namespace terrace;
using namespace terrace::cli;

TEST_CASE("a target leaves out what is empty and encodes what has a meaning in URLs") {
    CHECK(Target("/v1/builds")
              .with("rebuild", 7)
              .with("state", "")
              .with("package", "gtk+ 3&4")
              .text() == "/v1/builds?rebuild=7&package=gtk%2B%203%264");
    CHECK(Target("/v1/workers").segment("a/b").text() == "/v1/workers/a%2Fb");
    CHECK(Target("/v1/rebuilds").segment(7).segment("cancel").text() == "/v1/rebuilds/7/cancel");
}

TEST_CASE("the farm's own sentence is the error") {
    const Error error = error_of(404, R"({"error": "There is no rebuild 9."})");
    CHECK(error.code == Errc::not_found);
    CHECK(error.message == "There is no rebuild 9.");
}

TEST_CASE("an answer without a sentence still gives one") {
    CHECK(error_of(409, "<html>").message == "The farm answered with status 409.");
    CHECK(error_of(502, R"({"error": ""})").message == "The farm answered with status 502.");
}

TEST_CASE("what another try could mend is told from what it could not") {
    CHECK(error_of(503, "").code == Errc::unavailable);
    CHECK(error_of(500, "").code == Errc::unavailable);
    CHECK(error_of(400, "").code == Errc::invalid_argument);
    CHECK(error_of(401, "").code == Errc::unauthorized);
    CHECK(error_of(409, "").code == Errc::conflict);
    CHECK(error_of(413, "").code == Errc::invalid_argument);
}
