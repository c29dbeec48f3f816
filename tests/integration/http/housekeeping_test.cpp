#include "scheduler/http/housekeeping.hpp"

#include <doctest/doctest.h>

#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;

TimePoint now_of_this_host() {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

std::string sentence(const http::ClientResponse& response) {
    return response.body;
}

}  // namespace

TEST_CASE("logs of attempts that have ended are compressed, and read the same") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    for (const std::int64_t id : {2, 3, 99}) {
        const std::string text = "log of " + std::to_string(id);
        REQUIRE(farm.logs.append(AttemptId{id}, 0, text).has_value());
    }
    CHECK(compress_ended_logs(farm.logs, farm.reads) == 1);
    CHECK(farm.logs.plain_logs() == std::vector<AttemptId>{AttemptId{3}, AttemptId{99}});
    const auto log = client.request("GET", "/v1/attempts/2/log?offset=4", "");
    CHECK(log->body == "of 2");
    CHECK(log->log_complete);
    const auto late = client.request("POST", "/v1/attempts/2/log?fence=1&offset=8", "late");
    CHECK(late->status == 409);
    CHECK_FALSE(late->offset.has_value());
    CHECK(late->body.find("has ended") != std::string::npos);
    const auto gap = client.request("POST", "/v1/attempts/3/log?fence=1&offset=100", "late");
    CHECK(gap->status == 409);
    CHECK(gap->offset == 8);
}

TEST_CASE("old logs are removed by the outcome of their attempts, and the API says by which rule") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    const TimePoint now = now_of_this_host();
    struct Row {
        std::int64_t id;
        Outcome outcome;
        std::chrono::days age;
        bool kept;
    };
    const std::vector<Row> rows = {{21, Outcome::ok, std::chrono::days(29), true},
                                   {22, Outcome::ok, std::chrono::days(31), false},
                                   {23, Outcome::build_failed, std::chrono::days(31), true},
                                   {24, Outcome::check_failed, std::chrono::days(89), true},
                                   {25, Outcome::timeout, std::chrono::days(91), false},
                                   {26, Outcome::cancelled, std::chrono::days(31), false}};
    for (const Row& row : rows) {
        REQUIRE(farm.logs.append(AttemptId{row.id}, 0, "text").has_value());
        farm.reads.end_attempt(AttemptId{row.id}, {now - row.age, row.outcome});
    }
    REQUIRE(farm.logs.append(AttemptId{99}, 0, "of an attempt that nobody knows").has_value());
    CHECK(compress_ended_logs(farm.logs, farm.reads) == rows.size());
    // They were written just now, so their age on disk alone would keep them.
    CHECK(remove_old_logs(farm.logs, farm.reads, LogKeeping{}, now) == 0);
    for (const auto& entry : std::filesystem::directory_iterator(farm.path() / "logs"))
        last_write_time(entry.path(), entry.last_write_time() - std::chrono::days(100));
    CHECK(remove_old_logs(farm.logs, farm.reads, LogKeeping{}, now) == 3);
    CHECK(remove_old_logs(farm.logs, farm.reads, LogKeeping{}, now) == 0);
    for (const Row& row : rows) {
        CAPTURE(row.id);
        const auto log =
            client.request("GET", "/v1/attempts/" + std::to_string(row.id) + "/log", "");
        CHECK(log->status == (row.kept ? 200 : 410));
        if (row.kept) CHECK(log->body == "text");
    }
    CHECK(
        sentence(*client.request("GET", "/v1/attempts/22/log", "")) ==
        R"({"error":"The log of attempt 22 was removed, as logs.keep (30 days) of the scheduler asks."})");
    CHECK(sentence(*client.request("GET", "/v1/attempts/25/log", ""))
              .find("logs.keep_failed (90 days)") != std::string::npos);
}

TEST_CASE("what an attempt had uploaded goes with its lease, and not before") {
    FakeFarm farm;
    const Digest digest = os::sha256_of_text("hello");
    for (const std::int64_t id : {2, 3, 99}) {
        auto part = farm.objects.resume_upload(digest, AttemptId{id}, 0);
        REQUIRE((*part)->append("hel").has_value());
    }
    CHECK(farm.incoming_count() == 3);
    CHECK(drop_dead_uploads(farm.objects, farm.reads) == 2);
    CHECK(farm.objects.attempts_uploading() == std::vector<AttemptId>{AttemptId{3}});
    CHECK(farm.objects.bytes_held(digest, AttemptId{3}) == 3);
}

TEST_CASE("the housekeeper does it by itself, and ends when it is told to") {
    FakeFarm farm;
    REQUIRE(farm.logs.append(AttemptId{2}, 0, "text").has_value());
    Housekeeper housekeeper(farm.logs, farm.objects, farm.reads, LogKeeping{});
    while (!farm.logs.plain_logs().empty()) std::this_thread::sleep_for(10ms);
    housekeeper.stop();
    CHECK(farm.logs.ended_logs().size() == 1);
    CHECK(farm.logs.bytes() > 0);
}

}  // namespace terrace::rest
