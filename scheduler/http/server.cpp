#include "scheduler/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <stdexcept>

#include "common/runtime/log.hpp"

namespace terrace::rest {
namespace {

using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptPause{100};

/// Every coroutine of the server ends here.
void log_if_failed(std::exception_ptr failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        runtime::log_warn("session_failed", {{"why", e.what()}});
    }
}

/// Points a pointer to an object of this frame for as long as the frame is there.
template <class T>
class Published {
public:
    Published(T*& where, T& object) : where_(where) { where_ = &object; }
    ~Published() { where_ = nullptr; }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

private:
    T*& where_;
};

}  // namespace

/// A session is in the server's list for as long as it is served.
class Server::Registration {
public:
    Registration(Server& server, Session& session) : server_(server), session_(session) {
        server_.sessions_.insert(&session_);
    }
    ~Registration() {
        server_.sessions_.erase(&session_);
        if (server_.sessions_.empty() && server_.drain_timer_) server_.drain_timer_->cancel();
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

private:
    Server& server_;
    Session& session_;
};

Server::Server(const Router& router, BlockingPool& files, ServerOptions options)
    : router_(router), files_(files), options_(std::move(options)) {}

std::uint16_t Server::listen(asio::io_context& io) {
    try {
        const tcp::endpoint endpoint(asio::ip::make_address(options_.address), options_.port);
        tcp::acceptor acceptor(io, endpoint);
        const std::uint16_t port = acceptor.local_endpoint().port();
        asio::co_spawn(io, accept_loop(std::move(acceptor)), log_if_failed);
        return port;
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error("Cannot listen on " + options_.address + " port " +
                                 std::to_string(options_.port) + ": " + e.code().message() + ".");
    }
}

void Server::stop(asio::io_context& io) {
    if (stopping_) return;
    stopping_ = true;
    if (acceptor_) acceptor_->close();
    if (accept_pause_) accept_pause_->cancel();
    for (Session* session : sessions_) session->stop();
    if (!sessions_.empty()) asio::co_spawn(io, close_late(), log_if_failed);
}

asio::awaitable<void> Server::accept_loop(tcp::acceptor acceptor) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    const Published published_acceptor(acceptor_, acceptor);
    const Published published_pause(accept_pause_, pause);
    while (!stopping_) {
        bool accepted = false;
        if (sessions_.size() < options_.connections_max) {
            auto [error, socket] = co_await acceptor.async_accept(kAsTuple);
            if (error == asio::error::operation_aborted) break;
            accepted = !error;
            if (accepted)
                asio::co_spawn(executor, serve(http::make_plain_stream(std::move(socket))),
                               log_if_failed);
        }
        if (accepted) continue;
        // No descriptor left, or no connection: neither spin nor die, the next client waits in the
        // backlog.
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAsTuple);
    }
}

asio::awaitable<void> Server::serve(std::unique_ptr<http::ByteStream> stream) {
    if (stopping_) co_return;
    Session session(*stream, router_, files_, options_.session);
    const Registration registration(*this, session);
    co_await session.run();
}

asio::awaitable<void> Server::close_late() {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, options_.drain_time);
    const Published published(drain_timer_, timer);
    if (!sessions_.empty()) co_await timer.async_wait(kAsTuple);
    for (Session* session : sessions_) session->close();
}

}  // namespace terrace::rest
