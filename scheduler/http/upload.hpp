#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "common/http/byte_stream.hpp"
#include "scheduler/http/blocking_pool.hpp"
#include "scheduler/http/body_reader.hpp"
#include "scheduler/http/router.hpp"

namespace terrace::rest {

/// `error`: the body could not be read to its end; then `response` says nothing.
struct UploadEnd {
    http::error_code error;
    Response response;
};

/// Streams the body into the sink of the route, piece by piece, without ever holding more than one
/// piece. The sink is opened, used and destroyed on a thread of `files`. Each piece has
/// `step_timeout` to arrive.
asio::awaitable<UploadEnd> receive_upload(http::ByteStream& stream,
                                          BodyReader& body,
                                          BlockingPool& files,
                                          const Route& route,
                                          const Request& request,
                                          std::chrono::milliseconds step_timeout);

}  // namespace terrace::rest
