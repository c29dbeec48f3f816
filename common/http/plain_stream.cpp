#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cerrno>
#include <string>

#include "common/http/byte_stream.hpp"

namespace terrace::http {
namespace {

using asio::ip::tcp;
using boost::beast::tcp_stream;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

IoResult make_result(error_code error, std::size_t bytes) {
    return IoResult{error, bytes};
}

class PlainStream final : public ByteStream {
public:
    explicit PlainStream(tcp_stream stream) : stream_(std::move(stream)) {
        error_code ignored;  // slower without, and no worse
        stream_.socket().set_option(tcp::no_delay(true), ignored);
    }

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override {
        const auto [error, bytes] = co_await stream_.async_read_some(into, kAsTuple);
        co_return make_result(error, bytes);
    }
    asio::awaitable<IoResult> write(asio::const_buffer all) override {
        const auto [error, bytes] = co_await asio::async_write(stream_, all, kAsTuple);
        co_return make_result(error, bytes);
    }

    void expires_after(std::chrono::milliseconds time) override { stream_.expires_after(time); }
    void expires_never() override { stream_.expires_never(); }

    bool peer_closed() override {
        if (!stream_.socket().is_open()) return true;
        char byte = 0;
        const ssize_t got =
            ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    }
    void shutdown_send() override {
        error_code ignored;  // the peer may be gone already
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
    void close() override { stream_.close(); }

private:
    tcp_stream stream_;
};

Connected failed(error_code error) {
    return Connected{error, nullptr};
}

Connected succeeded(tcp_stream stream) {
    return Connected{error_code(), std::make_unique<PlainStream>(std::move(stream))};
}

}  // namespace

std::unique_ptr<ByteStream> make_plain_stream(tcp::socket socket) {
    return std::make_unique<PlainStream>(tcp_stream(std::move(socket)));
}

asio::awaitable<Connected> connect_plain(std::string host,
                                         std::string port,
                                         std::chrono::milliseconds timeout) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    auto [resolve_error, endpoints] = co_await resolver.async_resolve(host, port, kAsTuple);
    if (resolve_error) co_return failed(resolve_error);
    tcp_stream stream(executor);
    stream.expires_after(timeout);
    auto [connect_error, endpoint] = co_await stream.async_connect(endpoints, kAsTuple);
    if (connect_error) co_return failed(connect_error);
    co_return succeeded(std::move(stream));
}

}  // namespace terrace::http
