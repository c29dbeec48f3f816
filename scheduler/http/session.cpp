#include "scheduler/http/session.hpp"

#include <boost/beast/http/error.hpp>
#include <optional>
#include <string>

#include "scheduler/http/request_head.hpp"
#include "scheduler/http/response_writer.hpp"
#include "scheduler/http/upload.hpp"

namespace terrace::rest {
namespace {

namespace beast_http = boost::beast::http;

bool is_http_error(http::error_code error) {
    return error.category() ==
           beast_http::make_error_code(beast_http::error::body_limit).category();
}

WriteOptions write_options(bool head_only,
                           bool keep_alive,
                           std::chrono::milliseconds step_timeout) {
    return WriteOptions{head_only, keep_alive, step_timeout};
}

}  // namespace

Session::Session(http::ByteStream& stream,
                 const Router& router,
                 BlockingPool& files,
                 const SessionLimits& limits)
    : stream_(stream), router_(router), files_(files), limits_(limits) {}

void Session::stop() {
    stopping_ = true;
    if (idle_) stream_.close();
}

asio::awaitable<void> Session::run() {
    bool keep_alive = true;
    while (keep_alive && !stopping_) {
        idle_ = true;
        stream_.expires_after(limits_.idle_timeout);
        const http::error_code error = co_await http::fill_buffer(stream_, buffer_);
        idle_ = false;
        if (error) break;
        keep_alive = co_await serve_one();
    }
    stream_.shutdown_send();
}

asio::awaitable<bool> Session::serve_one() {
    stream_.expires_after(limits_.request_timeout);
    BodyReader body(stream_, buffer_, limits_.header_bytes_max);
    Answer out;
    co_await answer(body, out);
    if (out.lost) co_return false;
    if (!out.error) out.error = co_await body.discard_small();
    const bool reusable = !out.error && body.is_done();
    const bool keep_alive = reusable && body.parser().keep_alive() && !stopping_;
    const WriteOptions options = write_options(out.head_only, keep_alive, limits_.step_timeout);
    const bool sent = co_await write_response(stream_, files_, std::move(out.response), options);
    if (sent && !reusable) co_await linger();
    co_return sent&& keep_alive;
}

asio::awaitable<void> Session::answer(BodyReader& body, Answer& out) {
    const http::error_code error = co_await body.read_header();
    if (error) {
        refuse(error, 0, out);
        co_return;
    }
    Result<Request> request = parse_head(body.parser());
    if (!request) {
        out.response = failure(request.error());
        co_return;
    }
    out.head_only = request->head_only;
    const Result<const Route*> route = router_.find(*request);
    if (!route) {
        out.response = failure(route.error());
        co_return;
    }
    if (!body.limit((*route)->body_bytes_max)) {
        const http::error_code too_large = beast_http::error::body_limit;
        refuse(too_large, (*route)->body_bytes_max, out);
        co_return;
    }
    co_await answer_route(body, **route, std::move(*request), out);
}

asio::awaitable<void> Session::answer_route(BodyReader& body,
                                            const Route& route,
                                            Request request,
                                            Answer& out) {
    if (route.open_sink) {
        std::optional<Response> refusal = co_await router_.admit(route, request);
        if (refusal) {
            out.response = std::move(*refusal);
            co_return;
        }
        UploadEnd end =
            co_await receive_upload(stream_, body, files_, route, request, limits_.step_timeout);
        out.response = std::move(end.response);
        if (end.error) refuse(end.error, route.body_bytes_max, out);
        co_return;
    }
    const http::error_code error = co_await body.read_all(request.body);
    if (error) {
        refuse(error, route.body_bytes_max, out);
        co_return;
    }
    stream_.expires_never();  // handlers have limits of their own; long polls are legal
    request.client_gone = [&stream = stream_] { return stream.peer_closed(); };
    out.response = co_await router_.handle(route, std::move(request));
}

/// What is wrong with the message itself ends the connection: nobody knows where the next one
/// begins.
void Session::refuse(http::error_code error, std::uint64_t bytes_max, Answer& out) const {
    out.error = error;
    out.lost = !is_http_error(error) || error == beast_http::error::partial_message;
    if (error == beast_http::error::body_limit) {
        out.response = failure(413, "The body is larger than the " + std::to_string(bytes_max) +
                                        " bytes that are allowed here.");
    } else if (error == beast_http::error::header_limit) {
        out.response =
            failure(400, "The header is larger than the " +
                             std::to_string(limits_.header_bytes_max) + " bytes that are allowed.");
    } else {
        out.response = failure(400, "The request is not valid HTTP: " + error.message() + ".");
    }
}

/// Closing while the peer still sends would make its system throw our response away, so take some
/// of it.
asio::awaitable<void> Session::linger() {
    stream_.shutdown_send();
    stream_.expires_after(limits_.linger_timeout);
    http::error_code error;
    while (!error) {
        buffer_.clear();
        error = co_await http::fill_buffer(stream_, buffer_);
    }
}

}  // namespace terrace::rest
