#include "common/wire/json.hpp"

#include <doctest/doctest.h>

#include "common/vocab/lease.hpp"
#include "common/vocab/worker_hello.hpp"
#include "common/wire/rest.hpp"

namespace terrace::wire {
namespace {

LeaseGrant a_grant() {
    LeaseGrant grant;
    grant.attempt = {7};
    grant.fence = 9;
    grant.expires_at = TimePoint(Duration(1'795'341'863'322));
    grant.seed.hex = std::string(64, 'a');
    grant.seed_repos = {{"mini", "file:///mini", Digest{std::string(64, 'b')}}};
    grant.build.emplace();
    grant.build->package = "zstd \"quoted\"\n";
    grant.build->target_level = Level::x86_64_v3;
    grant.build->defines = {"a b", "c d"};
    grant.build->timeout = std::chrono::hours(4);
    return grant;
}

std::string error_of(std::string_view text) {
    const auto result = from_text<LeaseGrant>(text);
    return result ? "" : result.error().message;
}

}  // namespace

TEST_CASE("a message survives its way through JSON") {
    const LeaseGrant grant = a_grant();
    CHECK(from_text<LeaseGrant>(to_text(grant)).value() == grant);
}

TEST_CASE("names in JSON are those of the members and enumerators") {
    const json::value value = to_json(a_grant());
    CHECK(value.at("build").at("target_level").as_string() == "x86_64_v3");
    CHECK(value.at("comparison").is_null());
    CHECK(value.at("build").at("timeout").as_int64() == 14'400'000);
}

TEST_CASE("missing keys keep defaults, unknown ones are ignored, null empties an optional") {
    const auto request =
        from_text<RebuildRequest>(R"({"release": "mini-1", "from the future": 1})").value();
    CHECK(request.release == "mini-1");
    CHECK(request.mode == Mode::flat);
    CHECK_FALSE(from_text<LeaseGrant>(R"({"build": null})").value().build);
}

TEST_CASE("a wrong type is an error that names the path") {
    CHECK(error_of(R"({"attempt": "seven"})") == "'attempt' must be a whole number.");
    CHECK(error_of(R"({"seed_repos": [{"name": "a"}, {"name": 5}]})") ==
          "'seed_repos[1].name' must be a string.");
    CHECK(error_of(R"({"build": {"target_level": "v3"}})") ==
          "'build.target_level' must be one of the known words.");
    CHECK(error_of(R"({"seed": "abc"})") == "'seed' must be a SHA-256 in hexadecimal.");
    CHECK(error_of(R"({"build": {"package": "a\u0000b"}})") ==
          "'build.package' must be a string without NUL.");
    CHECK(error_of("[]") == "The body must be an object.");
    CHECK(error_of("{").starts_with("The text is not valid JSON"));
    CHECK(from_text<WorkerHello>(R"({"slots": 99999999999})").error().message ==
          "'slots' must be a number in range.");
    CHECK(from_text<RebuildRequest>(R"({"priority": "high"})").error().message ==
          "'priority' must be one of the known words.");
}

TEST_CASE("times are ISO 8601 in UTC; PostgreSQL's form with an offset is understood") {
    const TimePoint time(Duration(1'795'341'863'322));
    CHECK(format_time(time) == "2026-11-22T10:04:23.322Z");
    CHECK(parse_time(format_time(time)) == time);
    CHECK(parse_time("2026-11-22T10:04:23.322+00:00") == time);
    CHECK(parse_time("2026-11-22 12:04:23.322999+02") == time);
    CHECK(parse_time("2026-11-22T10:04:23Z") == time - Duration(322));
    CHECK(parse_time("1969-12-31T23:59:59.999Z") == TimePoint(Duration(-1)));
    CHECK(format_time(TimePoint(Duration(-1))) == "1969-12-31T23:59:59.999Z");
    for (const char* bad : {"", "2026-11-22", "2026-13-22T09:24:23Z", "2026-11-22T09:24:23",
                            "2026-11-22T09:24:23Zx"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_time(bad), DecodeError);
    }
}

}  // namespace terrace::wire
