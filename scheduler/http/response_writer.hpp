#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "common/http/byte_stream.hpp"
#include "scheduler/http/blocking_pool.hpp"
#include "scheduler/http/message.hpp"

namespace terrace::rest {

struct WriteOptions {
    bool head_only = false;  ///< the header of the response and nothing else
    bool keep_alive = true;
    std::chrono::milliseconds step_timeout{};  ///< for each piece
};

/// Status line, header and body; a file's bytes pass in pieces read by `files`. @return false when
/// the connection cannot be used any more.
asio::awaitable<bool> write_response(http::ByteStream& stream,
                                     BlockingPool& files,
                                     Response response,
                                     WriteOptions options);

}  // namespace terrace::rest
