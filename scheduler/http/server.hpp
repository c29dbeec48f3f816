#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "common/http/byte_stream.hpp"
#include "scheduler/http/blocking_pool.hpp"
#include "scheduler/http/router.hpp"
#include "scheduler/http/session.hpp"

namespace terrace::rest {

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 7480;  ///< 0: any that is free
    std::size_t connections_max = 1000;
    std::chrono::milliseconds drain_time = std::chrono::seconds(10);
    SessionLimits session;
};

/// Accepts connections and serves each in a coroutine. It owns nothing of the io_context, so it is
/// made before it and outlives it. All of it is for the net thread.
class Server {
public:
    Server(const Router& router, BlockingPool& files, ServerOptions options);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and begins to accept. @return the port. Throws std::runtime_error with a sentence when
    /// the address cannot be used.
    std::uint16_t listen(asio::io_context& io);

    /// Accepts no more, lets the requests under way end, and closes what is left after
    /// `drain_time`. The io_context runs dry after that.
    void stop(asio::io_context& io);

private:
    class Registration;

    asio::awaitable<void> accept_loop(asio::ip::tcp::acceptor acceptor);
    asio::awaitable<void> serve(std::unique_ptr<http::ByteStream> stream);
    asio::awaitable<void> close_late();

    const Router& router_;
    BlockingPool& files_;
    const ServerOptions options_;
    bool stopping_ = false;
    asio::ip::tcp::acceptor* acceptor_ = nullptr;  ///< in the frame of accept_loop()
    asio::steady_timer* accept_pause_ = nullptr;   ///< the same
    asio::steady_timer* drain_timer_ = nullptr;    ///< in the frame of close_late()
    std::set<Session*> sessions_;                  ///< each in the frame of its serve()
};

}  // namespace terrace::rest
