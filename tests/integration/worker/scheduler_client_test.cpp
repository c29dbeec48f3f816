#include "worker/client/scheduler_client.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "tests/integration/worker/canned_server.hpp"

namespace terrace::worker {
namespace {

std::string first_line(const std::string& request) {
    return request.substr(0, request.find("\r\n"));
}

TEST_CASE("a worker registers with its token and learns its id") {
    CannedServer server(
        {{200, R"({"worker": 3, "level": "x86_64_v3", "heartbeat_interval": 5000})"}});
    SchedulerClient client(server.url(), "secret");
    WorkerHello hello;
    hello.name = "alpha";
    const auto welcome = client.register_worker(hello);
    REQUIRE(welcome.has_value());
    CHECK(welcome->worker.value == 3);
    CHECK(welcome->level == Level::x86_64_v3);
    const std::string request = server.requests().at(0);
    CHECK(first_line(request) == "POST /v1/workers HTTP/1.1");
    CHECK(request.find("Authorization: Bearer secret\r\n") != std::string::npos);
    CHECK(request.find("\"name\":\"alpha\"") != std::string::npos);
}

TEST_CASE("a lease is granted, or there is nothing to do, or the answer is no lease") {
    LeaseGrant grant;
    grant.attempt = AttemptId{7};
    grant.fence = 9;
    grant.build.emplace().package = "zstd";
    CannedServer server({{200, wire::to_text(grant)}, {204, ""}, {200, "{}"}, {200, "not JSON"}});
    SchedulerClient client(server.url(), "");
    const auto granted = client.request_lease({});
    REQUIRE(granted.has_value());
    REQUIRE(granted->has_value());
    CHECK((*granted)->build->package == "zstd");
    const auto nothing = client.request_lease({});
    REQUIRE(nothing.has_value());
    CHECK_FALSE(nothing->has_value());
    CHECK(client.request_lease({}).error().code == Errc::unavailable);
    CHECK(client.request_lease({}).error().code == Errc::unavailable);
}

TEST_CASE("logs and reports quote their attempt, fence and offset, and hear of a stale lease") {
    CannedServer server({{204, ""}, {409, R"({"error": "The lease has ended."})"}, {204, ""}});
    SchedulerClient client(server.url(), "");
    CHECK(client.append_log({AttemptId{7}, 9}, 42, "hello\n").has_value());
    CHECK(client.append_log({AttemptId{7}, 9}, 48, "x").error().code == Errc::stale_lease);
    CHECK(client.report(AttemptId{7}, {}).has_value());
    CHECK(first_line(server.requests().at(0)) ==
          "POST /v1/attempts/7/log?fence=9&offset=42 HTTP/1.1");
    CHECK(server.requests().at(0).ends_with("\r\n\r\nhello\n"));
    CHECK(first_line(server.requests().at(2)) == "POST /v1/attempts/7/result HTTP/1.1");
}

TEST_CASE("an object that the farm has is not sent again") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "a.rpm";
    std::ofstream(file) << "content";
    const Digest digest = os::sha256_of_text("content");
    CannedServer server({{200, ""}, {404, ""}, {204, ""}});
    SchedulerClient client(server.url(), "");
    CHECK(client.store_object({AttemptId{7}, 9}, digest, file).has_value());
    CHECK(client.store_object({AttemptId{7}, 9}, digest, file).has_value());
    const auto requests = server.requests();
    REQUIRE(requests.size() == 3);
    const std::string target = "/v1/objects/" + digest.hex + "?attempt=7&fence=9";
    CHECK(first_line(requests[0]) == "HEAD " + target + " HTTP/1.1");
    CHECK(first_line(requests[2]) == "PUT " + target + "&offset=0 HTTP/1.1");
    CHECK(requests[2].ends_with("\r\n\r\ncontent"));
}

TEST_CASE("an object is what its name says, or there is no file") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "a.rpm";
    CannedServer server({{200, "content"}, {200, "other"}, {404, ""}, {200, "content"}});
    SchedulerClient client(server.url(), "");
    const Digest digest = os::sha256_of_text("content");
    REQUIRE(client.fetch_object(digest, file).has_value());
    CHECK(os::read_file(file) == "content");
    CHECK(client.fetch_object(digest, file).error().code == Errc::conflict);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(client.fetch_object(digest, file).error().code == Errc::not_found);
    // A directory that is not there is this machine's trouble, not an exception.
    CHECK(client.fetch_object(digest, directory.path() / "no/such").error().code == Errc::conflict);
}

}  // namespace
}  // namespace terrace::worker
