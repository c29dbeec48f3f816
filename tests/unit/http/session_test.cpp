#include "scheduler/http/session.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/http/memory_stream.hpp"

namespace terrace::rest {
namespace {

asio::awaitable<Response> echo(Request request) {
    co_return json_response(200, request.path + "|" + request.body);
}

asio::awaitable<Response> fail(Request) {
    throw std::runtime_error("the disk is on fire\nand more");
    co_return no_content();
}

/// Takes what is sent, up to the moment when it is told that the disk is full.
struct Kept {
    std::string bytes;
    std::size_t largest_piece = 0;
    bool finished = false;
    bool dropped = false;
};

class KeepingSink final : public UploadSink {
public:
    KeepingSink(Kept& kept, std::size_t bytes_max) : kept_(kept), bytes_max_(bytes_max) {}
    ~KeepingSink() override { kept_.dropped = true; }
    Result<void> append(std::string_view bytes) override {
        if (kept_.bytes.size() + bytes.size() > bytes_max_)
            throw std::runtime_error("no space left");
        kept_.bytes += bytes;
        kept_.largest_piece = std::max(kept_.largest_piece, bytes.size());
        return {};
    }
    Result<void> finish() override {
        if (kept_.bytes == "bad") return Error{Errc::invalid_argument, "It has another digest."};
        kept_.finished = true;
        return {};
    }

private:
    Kept& kept_;
    std::size_t bytes_max_;
};

/// A router with one route of each kind, and a conversation with it.
class Bench {
public:
    Bench() : router_("") {
        router_.add(Route{Method::get, "/v1/echo", 0, echo, {}});
        router_.add(Route{Method::post, "/v1/echo", 100, echo, {}});
        router_.add(Route{Method::get, "/v1/fail", 0, fail, {}});
        router_.add(
            Route{Method::put, "/v1/kept/*", 1'000'000, {}, [this](const Request&) {
                      return OpenedUpload{std::make_unique<KeepingSink>(kept, disk_bytes), {}};
                  }});
    }

    std::string talk(std::deque<std::string> pieces) {
        http::MemoryStream stream(std::move(pieces));
        Session session(stream, router_, files_, limits_);
        asio::io_context io(1);
        std::exception_ptr failure;
        asio::co_spawn(io, session.run(), [&failure](std::exception_ptr e) { failure = e; });
        io.run();
        CHECK(failure == nullptr);
        CHECK(stream.shut());
        return stream.received();
    }

    Kept kept;
    std::size_t disk_bytes = 10'000'000;

private:
    Router router_;
    BlockingPool files_{1, 10};
    SessionLimits limits_;
};

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++found;
    return found;
}

bool contains(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

const std::string kGet = "GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kPost =
    "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("a request may be split at every byte") {
    Bench bench;
    const std::string whole = bench.talk({kPost});
    CHECK(contains(whole, "HTTP/1.1 200 OK\r\n"));
    CHECK(contains(whole, "/v1/echo|hello"));
    for (std::size_t at = 1; at < kPost.size(); ++at) {
        CAPTURE(at);
        CHECK(bench.talk({kPost.substr(0, at), kPost.substr(at)}) == whole);
    }
    std::deque<std::string> bytes;
    for (const char c : kPost) bytes.emplace_back(1, c);
    CHECK(bench.talk(std::move(bytes)) == whole);
}

TEST_CASE("a chunked body may be split at every byte") {
    const std::string sent =
        "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n" +
        kGet;
    Bench bench;
    for (std::size_t at = 1; at < sent.size(); ++at) {
        CAPTURE(at);
        const std::string received = bench.talk({sent.substr(0, at), sent.substr(at)});
        CHECK(contains(received, "/v1/echo|hello"));
        CHECK(count(received, "HTTP/1.1 200 OK") == 2);
    }
}

TEST_CASE("requests sent ahead of their answers are answered in order") {
    Bench bench;
    const std::string received = bench.talk({kGet + kPost + kGet});
    CHECK(count(received, "HTTP/1.1 200 OK") == 3);
    CHECK(count(received, "hello") == 1);
}

TEST_CASE(
    "a connection can be used after an error that left no doubt where the next request begins") {
    Bench bench;
    const std::string missing =
        "POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
    const std::string received = bench.talk({missing + kGet});
    CHECK(contains(received, "HTTP/1.1 404 Not Found"));
    CHECK(contains(received, R"({"error":"There is nothing at '/v1/nothing' for this method."})"));
    CHECK(contains(received, "HTTP/1.1 200 OK"));
}

TEST_CASE("a handler that throws is a 503 with the first line of why") {
    Bench bench;
    const std::string received =
        bench.talk({"GET /v1/fail HTTP/1.1\r\nHost: localhost\r\n\r\n" + kGet});
    CHECK(contains(received, "HTTP/1.1 503 Service Unavailable"));
    CHECK(contains(received, "the disk is on fire\"}"));
    CHECK(contains(received, "HTTP/1.1 200 OK"));
}

TEST_CASE("a body above the limit is refused with 413, told by its length or found out") {
    Bench bench;
    const std::string told =
        bench.talk({"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 101\r\n\r\n" +
                    std::string(101, 'x') + kGet});
    CHECK(contains(told, "HTTP/1.1 413 "));
    CHECK(contains(told, "larger than the 100 bytes"));
    CHECK(contains(told, "Connection: close"));
    CHECK(!contains(told, "200 OK"));
    const std::string found = bench.talk(
        {"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
         std::string(101, 'x') + "\r\n0\r\n\r\n"});
    CHECK(contains(found, "HTTP/1.1 413 "));
    const std::string exact =
        bench.talk({"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" +
                    std::string(100, 'x')});
    CHECK(contains(exact, "HTTP/1.1 200 OK"));
}

TEST_CASE("a header above the limit is refused") {
    Bench bench;
    const std::string received =
        bench.talk({"GET /v1/echo HTTP/1.1\r\nX-Long: " + std::string(17'000, 'x') + "\r\n\r\n"});
    CHECK(contains(received, "HTTP/1.1 400 Bad Request"));
    CHECK(contains(received, "The header is larger than the 16384 bytes"));
}

TEST_CASE("what is not HTTP is told so and the connection ends") {
    const std::vector<std::string> wrong = {
        "hello\r\n\r\n",
        "GET /v1/echo HTTP/9.9\r\n\r\n",
        "GET /v1/echo HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /v1/echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST /v1/echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-size\r\n",
    };
    for (const std::string& text : wrong) {
        CAPTURE(text);
        Bench bench;
        const std::string received = bench.talk({text + kGet});
        CHECK(contains(received, "HTTP/1.1 400 Bad Request"));
        CHECK(contains(received, "The request is not valid HTTP: "));
        CHECK(!contains(received, "200 OK"));
    }
}

TEST_CASE("a target that is no path is refused and the connection goes on") {
    Bench bench;
    for (const std::string target : {"/v1/%zz", "/v1/%ff", "/v1/%00", "/v1/echo?x=%80", "*"}) {
        CAPTURE(target);
        const std::string received =
            bench.talk({"GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n" + kGet});
        CHECK(contains(received, "HTTP/1.1 400 Bad Request"));
        CHECK(contains(received, "HTTP/1.1 200 OK"));
    }
}

TEST_CASE("a client that stops in the middle of a request gets no answer") {
    Bench bench;
    CHECK(bench.talk({kPost.substr(0, kPost.size() - 1)}).empty());
    CHECK(bench.talk({"GET /v1"}).empty());
    CHECK(bench.talk({}).empty());
}

TEST_CASE("the client decides whether the connection is kept") {
    Bench bench;
    const std::string close =
        "GET /v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    CHECK(count(bench.talk({close + kGet}), "200 OK") == 1);
    const std::string old = "GET /v1/echo HTTP/1.0\r\n\r\n";
    CHECK(count(bench.talk({old + kGet}), "200 OK") == 1);
}

TEST_CASE("HEAD has the header of GET and no body") {
    Bench bench;
    const std::string received = bench.talk({"HEAD /v1/echo HTTP/1.1\r\nHost: localhost\r\n\r\n"});
    CHECK(contains(received, "Content-Length: 9\r\n"));
    CHECK(received.ends_with("\r\n\r\n"));
}

TEST_CASE("an upload reaches its sink in pieces and is finished once") {
    Bench bench;
    const std::string body(700'000, 'u');
    const std::string received =
        bench.talk({"PUT /v1/kept/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 700000\r\n\r\n",
                    body, kGet});
    CHECK(contains(received, "HTTP/1.1 204 No Content"));
    CHECK(contains(received, "HTTP/1.1 200 OK"));
    CHECK(bench.kept.bytes == body);
    CHECK(bench.kept.largest_piece <= 256 * 1024);
    CHECK(bench.kept.finished);
    CHECK(bench.kept.dropped);
}

TEST_CASE("an upload that breaks off is dropped unfinished") {
    Bench bench;
    CHECK(bench
              .talk({"PUT /v1/kept/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n",
                     "half"})
              .empty());
    CHECK(!bench.kept.finished);
    CHECK(bench.kept.dropped);
}

TEST_CASE("an upload that its sink refuses is answered with the sink's sentence") {
    Bench bench;
    const std::string received = bench.talk(
        {"PUT /v1/kept/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nbad" + kGet});
    CHECK(contains(received, "HTTP/1.1 400 Bad Request"));
    CHECK(contains(received, "It has another digest."));
    CHECK(contains(received, "HTTP/1.1 200 OK"));
}

TEST_CASE("an upload that the disk refuses is a 503") {
    Bench bench;
    bench.disk_bytes = 100'000;
    const std::string received =
        bench.talk({"PUT /v1/kept/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 700000\r\n\r\n",
                    std::string(700'000, 'u')});
    CHECK(contains(received, "HTTP/1.1 503 "));
    CHECK(contains(received, "Connection: close"));
    CHECK(!bench.kept.finished);
    CHECK(bench.kept.dropped);
}

TEST_CASE("a client that expects it is invited to send the body, or refused before it does") {
    Bench bench;
    const std::string head =
        "PUT /v1/kept/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ";
    const std::string invited = bench.talk({head + "4\r\n\r\n", "body"});
    CHECK(invited.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content"));
    const std::string refused = bench.talk({head + "1000001\r\n\r\n"});
    CHECK(refused.starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a session that is told to stop closes while it is idle") {
    Bench bench;
    Router router("");
    BlockingPool files(1, 10);
    SessionLimits limits;
    http::MemoryStream stream({kGet});
    Session session(stream, router, files, limits);
    session.stop();
    asio::io_context io(1);
    asio::co_spawn(io, session.run(), [](std::exception_ptr e) { CHECK(e == nullptr); });
    io.run();
    CHECK(stream.received().empty());
}

}  // namespace terrace::rest
