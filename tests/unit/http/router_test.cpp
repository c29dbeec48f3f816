#include "scheduler/http/router.hpp"

#include <doctest/doctest.h>

namespace terrace::rest {
namespace {

asio::awaitable<Response> nothing(Request) {
    co_return no_content();
}

Request a_request(Method method, std::vector<std::string> segments) {
    Request request;
    request.method = method;
    request.segments = std::move(segments);
    request.path = "/path";
    return request;
}

}  // namespace

TEST_CASE("every expected failure has its status, and its sentence is the body") {
    const std::vector<std::pair<Errc, unsigned>> statuses = {
        {Errc::invalid_argument, 400}, {Errc::unauthorized, 401}, {Errc::not_found, 404},
        {Errc::conflict, 409},         {Errc::stale_lease, 409},  {Errc::unavailable, 503}};
    for (const auto& [code, status] : statuses) {
        const Response response = failure(Error{code, "A \"sentence\"."});
        CHECK(response.status == status);
        CHECK(response.body == R"({"error":"A \"sentence\"."})");
        CHECK(response.content_type == "application/json");
    }
}

TEST_CASE("a path finds the route of its method, and stars capture segments") {
    Router router("");
    router.add(Route{Method::get, "/v1/builds/*", 0, nothing, {}});
    router.add(Route{Method::post, "/v1/builds/*/cancel", 0, nothing, {}});
    Request get = a_request(Method::get, {"v1", "builds", "17"});
    REQUIRE(router.find(get).has_value());
    CHECK(get.captured == std::vector<std::string>{"17"});
    Request post = a_request(Method::post, {"v1", "builds", "18", "cancel"});
    const Result<const Route*> route = router.find(post);
    REQUIRE(route.has_value());
    CHECK((*route)->pattern == "/v1/builds/*/cancel");
    for (auto segments : std::vector<std::vector<std::string>>{
             {}, {"v1"}, {"v1", "builds"}, {"v1", "builds", ""}, {"v1", "builds", "17", "x"}}) {
        Request missing = a_request(Method::get, segments);
        CHECK(router.find(missing).error().code == Errc::not_found);
    }
    Request other = a_request(Method::put, {"v1", "builds", "17"});
    CHECK(router.find(other).error().code == Errc::not_found);
}

TEST_CASE("pages of other sites and foreign names of this machine change nothing") {
    Router router("");
    router.add(Route{Method::post, "/v1/a", 0, nothing, {}});
    const auto accepts = [&](const std::string& host, const std::string& origin) {
        Request post = a_request(Method::post, {"v1", "a"});
        post.host = host;
        post.origin = origin;
        return router.find(post).has_value();
    };
    CHECK(accepts("127.0.0.1:7480", ""));
    CHECK(accepts("localhost:7480", "http://localhost:7480"));
    CHECK_FALSE(accepts("127.0.0.1:7480", "http://evil.example"));
    CHECK_FALSE(accepts("127.0.0.1:7480", "null"));
    CHECK_FALSE(accepts("evil.example:7480", "http://evil.example:7480"));
}

TEST_CASE("with a token, reading is free and writing needs it") {
    Router router("secret");
    router.add(Route{Method::get, "/v1/a", 0, nothing, {}});
    router.add(Route{Method::post, "/v1/a", 0, nothing, {}});
    router.add(Route{Method::put, "/v1/a", 0, nothing, {}});
    Request get = a_request(Method::get, {"v1", "a"});
    CHECK(router.find(get).has_value());
    for (const Method method : {Method::post, Method::put}) {
        for (const char* authorization : {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secrex",
                                          "Bearer secrets", "secret", "bearer secret"}) {
            CAPTURE(authorization);
            Request request = a_request(method, {"v1", "a"});
            request.authorization = authorization;
            REQUIRE(router.find(request).has_error());
            CHECK(router.find(request).error().code == Errc::unauthorized);
        }
        Request request = a_request(method, {"v1", "a"});
        request.authorization = "Bearer secret";
        CHECK(router.find(request).has_value());
    }
}

}  // namespace terrace::rest
