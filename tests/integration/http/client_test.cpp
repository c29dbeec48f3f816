#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>
#include <thread>

#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

std::uint16_t unused_port() {
    asio::io_context io;
    const tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return acceptor.local_endpoint().port();
}

}  // namespace

TEST_CASE("a farm that is not there is named with its address and the cause") {
    const std::string url = "http://127.0.0.1:" + std::to_string(unused_port());
    http::Client client(url + "/", "");
    const auto response = client.request("GET", "/v1/status", "");
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::unavailable);
    CHECK(response.error().message ==
          "The farm at " + url +
              " cannot be reached: connection refused. Is terrace-scheduler running?");
}

TEST_CASE("what is no address of a farm is refused at once") {
    for (const char* url : {"", "127.0.0.1:7480", "https://host:1", "http://", "http://host/path",
                            "http://host?x=y"}) {
        CAPTURE(url);
        CHECK_THROWS_AS(http::Client(url, ""), std::invalid_argument);
    }
    CHECK_NOTHROW(http::Client("http://host", ""));
    CHECK_NOTHROW(http::Client("http://[::1]:7480/", ""));
}

TEST_CASE("a client goes on after the farm was started again") {
    std::optional<FakeFarm> farm(std::in_place);
    const std::uint16_t port = farm->port();
    http::Client client(farm->url(), "");
    CHECK(client.request("GET", "/v1/releases", "")->status == 200);
    farm.reset();
    CHECK(client.request("GET", "/v1/releases", "").has_error());
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), port));
    std::thread once([&acceptor] {
        tcp::socket socket = acceptor.accept();
        std::string request;
        asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n");
        asio::write(socket,
                    asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")));
    });
    const auto response = client.request("GET", "/v1/releases", "");
    once.join();
    REQUIRE(response.has_value());
    CHECK(response->body == "[]");
}

TEST_CASE("a request over a connection that the farm had closed meanwhile is sent again") {
    ServerOptions options = FakeFarm::on_free_port();
    options.session.idle_timeout = 20ms;
    FakeFarm farm("", {}, options);
    http::Client client(farm.url(), "");
    for (int i = 0; i < 3; ++i) {
        const auto response = client.request("GET", "/v1/releases", "");
        REQUIRE(response.has_value());
        CHECK(response->status == 200);
        // Longer than the farm keeps an idle connection: a connection that it closed is what this
        // is about.
        std::this_thread::sleep_for(60ms);
    }
}

TEST_CASE("a farm that breaks off its answer is not asked twice") {
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    std::thread once([&acceptor] {
        tcp::socket socket = acceptor.accept();
        std::string request;
        asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n");
        asio::write(socket,
                    asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal")));
    });
    const std::string url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    http::Client client(url, "");
    const auto response = client.request("GET", "/v1/releases", "");
    once.join();
    REQUIRE(response.has_error());
    CHECK(response.error().code == Errc::unavailable);
}

TEST_CASE("one connection carries success and failure alike") {
    FakeFarm farm;
    http::Client client(farm.url(), "");
    CHECK(client.request("GET", "/v1/nothing", "")->status == 404);
    CHECK(client.request("POST", "/v1/rebuilds", "{not json")->status == 400);
    CHECK(client.request("GET", "/v1/status", "")->status == 503);
    CHECK(client.request("GET", "/v1/releases", "")->status == 200);
}

}  // namespace terrace::rest
