#include "scheduler/http/server.hpp"

#include <doctest/doctest.h>

#include <future>
#include <optional>

#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;

}  // namespace

TEST_CASE("a client above the limit of connections waits for its turn") {
    ServerOptions options = FakeFarm::on_free_port();
    options.connections_max = 1;
    FakeFarm farm("", {}, options);
    std::optional<http::Client> first(std::in_place, farm.url(), "");
    CHECK(first->request("GET", "/v1/releases", "")->status == 200);
    http::Client second(farm.url(), "");
    CHECK(second.request("GET", "/v1/releases", "", 50ms).has_error());
    first.reset();
    const auto response = second.request("GET", "/v1/releases", "", 20s);
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
}

TEST_CASE("a request that is under way when the farm stops is answered") {
    FakeFarm farm;
    std::promise<void> asked;
    std::promise<void> may_answer;
    farm.engine.decide = [&](const core::Event&) -> Result<core::Reply> {
        asked.set_value();
        may_answer.get_future().wait();
        return core::Reply(core::Done{});
    };
    auto cancel = std::async(std::launch::async, [&farm] {
        http::Client client(farm.url(), "");
        return client.request("POST", "/v1/rebuilds/1/cancel", "");
    });
    asked.get_future().wait();
    auto stopped = std::async(std::launch::async, [&farm] { farm.stop(); });
    may_answer.set_value();
    const auto response = cancel.get();
    REQUIRE(response.has_value());
    CHECK(response->status == 204);
    stopped.get();
}

TEST_CASE("idle connections do not keep a farm from stopping") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    CHECK(client.request("GET", "/v1/releases", "")->status == 200);
    farm.stop();
    CHECK(client.request("GET", "/v1/releases", "").has_error());
}

TEST_CASE("an address that is taken or none at all is named") {
    const FakeFarm farm;
    const Router router("");
    BlockingPool files(1, 1);
    ServerOptions options = FakeFarm::on_free_port();
    options.port = farm.port();
    Server taken(router, files, options);
    options.address = "no-address";
    Server none(router, files, options);
    asio::io_context io(1);
    CHECK_THROWS_WITH(taken.listen(io), doctest::Contains(": Address already in use."));
    CHECK_THROWS_WITH(none.listen(io), doctest::Contains("Cannot listen on no-address port"));
    files.join();
}

}  // namespace terrace::rest
