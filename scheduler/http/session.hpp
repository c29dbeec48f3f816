#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>

#include "common/http/byte_stream.hpp"
#include "scheduler/http/blocking_pool.hpp"
#include "scheduler/http/body_reader.hpp"
#include "scheduler/http/router.hpp"

namespace terrace::rest {

struct SessionLimits {
    std::size_t header_bytes_max = 16 * 1024;
    std::chrono::milliseconds idle_timeout =
        std::chrono::minutes(2);  ///< until the next request begins
    std::chrono::milliseconds request_timeout =
        std::chrono::seconds(30);  ///< for a request but for an upload's body
    std::chrono::milliseconds step_timeout =
        std::chrono::minutes(1);  ///< for each piece of a long body
    std::chrono::milliseconds linger_timeout =
        std::chrono::seconds(2);  ///< for what is sent in spite of a refusal
};

/// One connection: requests and their responses, one after the other, until either side has had
/// enough. For the net thread. Everything given must outlive the io_context, the stream the
/// session.
class Session {
public:
    Session(http::ByteStream& stream,
            const Router& router,
            BlockingPool& files,
            const SessionLimits& limits);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    asio::awaitable<void> run();

    /// Ends the session: at once if no request is under way, else after its response.
    void stop();
    void close() { stream_.close(); }

private:
    /// What became of a request's body, and what to say.
    struct Answer {
        http::error_code error;  ///< set: nothing more can be read from this connection
        bool lost = false;       ///< nobody is left to hear the response
        bool head_only = false;
        Response response;
    };

    asio::awaitable<bool> serve_one();
    asio::awaitable<void> answer(BodyReader& body, Answer& out);
    asio::awaitable<void> answer_route(BodyReader& body,
                                       const Route& route,
                                       Request request,
                                       Answer& out);
    asio::awaitable<void> linger();
    void refuse(http::error_code error, std::uint64_t bytes_max, Answer& out) const;

    http::ByteStream& stream_;
    const Router& router_;
    BlockingPool& files_;
    const SessionLimits& limits_;
    boost::beast::flat_buffer
        buffer_;  ///< lives as long as the connection: it may hold the next request's first bytes
    bool idle_ = false;
    bool stopping_ = false;
};

}  // namespace terrace::rest
